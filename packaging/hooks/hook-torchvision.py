"""torchvision loads its operators by the name of a file; newer ones are no modules of Python."""

from PyInstaller.utils.hooks import collect_dynamic_libs

binaries = collect_dynamic_libs("torchvision", search_patterns=["*.so", "*.dll", "*.pyd", "*.dylib"])
module_collection_mode = "pyz+py"  # torch reads the source of some functions
