"""open_clip reads the configurations of its models and its words from files."""

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("open_clip")
