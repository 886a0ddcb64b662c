"""The program's name, id, version and home, said once; imports nothing."""

__version__ = "0.1.0"
APP_NAME = "photo-clip"
APP_ID = "io.github.photo_clip.PhotoClip"
HOMEPAGE = "https://github.com/photo-clip/photo-clip"
