"""Torch reads the source of some functions of torchvision."""

module_collection_mode = "pyz+py"
