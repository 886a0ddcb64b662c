"""What goes into a package beyond what PyInstaller finds, and what of its finds stays out."""

import re
from pathlib import Path

_TORCH_WORLD = ("torch", "torchvision", "open_clip", "transformers", "timm", "triton", "nvidia", "sympy", "mpmath")
"""What only the full edition carries."""

_NEVER = (
    # servers, clusters and downloads that Chroma and the Hugging Face libraries could reach for
    *("kubernetes", "uvicorn", "uvloop", "httptools", "watchfiles", "websockets", "fastapi", "bcrypt", "oauthlib"),
    *("hf_xet", "aiohttp", "google.auth", "onnxruntime.quantization", "onnxruntime.transformers", "onnxruntime.tools"),
    # builders and testers
    *("pip", "setuptools", "pkg_resources", "wheel", "build", "PyInstaller", "pytest", "hypothesis", "mypy"),
    *("numpy.f2py", "lib2to3", "pydoc_data", "idlelib", "ensurepip"),
    # GNU Readline and GDBM are under the GPL, and nobody types Python here
    *("readline", "_gdbm", "_dbm", "_curses", "_curses_panel"),
    # other windows, notebooks and plots
    *("tkinter", "_tkinter", "PIL.ImageTk", "PIL.ImageQt", "IPython", "matplotlib", "tensorboard"),
    # what torch and transformers take along where they find it
    *("scipy", "sklearn", "skimage", "joblib", "numba", "pandas", "torchaudio", "onnx"),
)

_FROM_LINUX = re.compile(
    r"lib(python3|ssl|crypto|ffi|sqlite3|bz2|lzma|z|zstd|brotlidec|brotlicommon|expat|uuid|mpdec"
    r"|xcb-\w[\w-]*|xkbcommon|xkbcommon-x11)[\d.]*\.so"
)
"""Libraries taken from the building system: what Python is made of, and what Qt needs that not every desktop has.

The rest is the user's own: a C++ library or an X library that is older than the graphics driver keeps it from loading.
"""

_LEFT_OUT = re.compile(
    r"""
    PySide6/Qt/translations/ | PySide6/translations/           # the program speaks English
    | PySide6/(Qt/)?qml/
    | PySide6/(Qt/)?plugins/(?!platforms/|platforminputcontexts/|platformthemes/|imageformats/|iconengines/|styles/
        |xcbglintegrations/|wayland-)
    | plugins/wayland-graphics-integration-server/
    | plugins/platforms/\w*q(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc|direct2d)\b
    | plugins/platforminputcontexts/\w*qtvirtualkeyboard
    | plugins/platformthemes/\w*qgtk3          # would bring the builder's GTK; without it Qt asks the desktop's portal
    | plugins/imageformats/\w*q(pdf|icns|tga|wbmp|tiff)
    | Qt6?(Qml\w*|Quick\w*|Pdf|VirtualKeyboard\w*|OpenGLWidgets|Designer\w*|ShaderTools|Test|Sql|Egl[Ff][sS]\w*)(\.|$)
    | opengl32sw\.dll
    | ^torch/(test|include|share)/ | ^torch/bin/(?!torch_shm_manager$)
    | ^torch/lib/lib(torchbind_test|aoti_custom_ops|backend_with_compiler|jitbackend_test)\.so$
    | ^torchvision/(_C|image)\w*\. | ^torchvision\.libs/     # what open_clip asks of torchvision is Python
    | resources/screenshot\.png
    """,
    re.VERBOSE,
)


def left_out_modules(edition: str) -> list[str]:
    """Return the modules that stay out, with all below them."""
    return [*_NEVER, *(_TORCH_WORLD if edition == "standard" else ())]


def is_left_out(destination: str, source: str) -> bool:
    """Whether a file stays out, by where in the package it would lie, and whence it comes."""
    if source.startswith(("/lib", "/usr/lib")) and not _FROM_LINUX.match(Path(destination).name):
        return True
    # PyInstaller links some libraries at the top; the source of a link is the file in the package
    return any(_LEFT_OUT.search(place.replace("\\", "/")) for place in (destination, source))
