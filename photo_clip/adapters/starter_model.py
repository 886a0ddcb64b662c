"""The model that comes with the program, run by ONNX Runtime."""

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

# ONNX Runtime reports its use to its makers, and keeps an identifier of this computer for that, unless it is told not
# to before it is loaded (since 1.32; its Privacy.md): whatever is disabled afterwards, it asks for
# mobile.events.data.microsoft.com.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordPiece

from photo_clip.adapters.starter_manifest import IMAGE_GRAPH, REINSTALL, TEXT_GRAPH, TOKENIZER, StarterManifest
from photo_clip.core.errors import ModelError
from photo_clip.core.ports import Squares, SquareSpec, Vectors

_IMAGES_AT_ONCE = 4
"""More are no faster: 57 photos a second by 4 and by 16 on two cores, which take 450 and 800 MB."""
_TEXTS_AT_ONCE = 64
_CHARACTERS_READ = 4000
"""More than the model reads of any text; a pasted book must not keep the tokenizer busy."""


class StarterModel:
    """An `Encoder` of the small model that is bundled with the program; any thread may use it.

    `folder` holds manifest.json and the files it names. `threads` is how many cores one call may
    use, 0 for as many as the machine has. Raises ModelError where a file is missing, or is not
    what the manifest says.
    """

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        manifest, contents = _verified(folder)
        self.identity = manifest.identity
        self.square = SquareSpec(manifest.side_px, manifest.fit, manifest.resampling)
        self.dimensions = manifest.dimensions
        self.logit_scale = manifest.logit_scale
        self._tokenizer = _tokenizer(contents[TOKENIZER])
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(manifest.max_tokens)
        onnxruntime.disable_telemetry_events()  # for versions that do not know the variable
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # errors only: what a library warns of helps nobody at a screen
        options.add_session_config_entry(
            "session.intra_op.allow_spinning", "0"
        )  # waiting threads leave the cores alone
        self._image = _Graph(contents[IMAGE_GRAPH], options)
        self._text = _Graph(contents[TEXT_GRAPH], options)

    def embed_images(self, squares: Squares) -> Vectors:
        """Return one row per square, in order; no square gives shape (0, dimensions).

        `squares` has shape (n, side, side, 3). Raises ModelError if memory runs out.
        """
        side = self.square.side_px
        if squares.dtype != np.uint8 or squares.shape[1:] != (side, side, 3):
            raise ValueError(f"squares of shape (n, {side}, {side}, 3) and uint8 are wanted, not {squares.shape}")
        batches = [squares[start : start + _IMAGES_AT_ONCE] for start in range(0, len(squares), _IMAGES_AT_ONCE)]
        return self._joined(self._image.run({"squares": np.ascontiguousarray(batch)}) for batch in batches)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, in order; no text gives shape (0, dimensions).

        Any text is taken, an empty one too; what is longer than the model reads is cut off.
        Raises ModelError if memory runs out.
        """
        batches = [texts[start : start + _TEXTS_AT_ONCE] for start in range(0, len(texts), _TEXTS_AT_ONCE)]
        return self._joined(self._text.run(self._tokens(batch)) for batch in batches)

    def close(self) -> None:
        """Give back memory; the encoder cannot be used afterwards. Twice is once."""
        self._image.close()
        self._text.close()

    def _tokens(self, texts: Sequence[str]) -> dict[str, NDArray[np.int64]]:
        """Return `ids` and `mask`, both of shape (n, longest)."""
        # One by one: the tokenizer's own batches start threads that stay.
        rows = [self._tokenizer.encode(_readable(text)).ids for text in texts]
        shape = (len(rows), max(len(row) for row in rows))
        ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        return {"ids": ids, "mask": mask}

    def _joined(self, rows: Iterator[Vectors]) -> Vectors:
        return np.concatenate([np.empty((0, self.dimensions), np.float32), *rows])


class _Graph:
    """One of the model's two graphs; loaded at its first use, because a search by words needs one alone."""

    def __init__(self, content: bytes, options: onnxruntime.SessionOptions) -> None:
        self._content: bytes | None = content
        self._options = options
        self._session: onnxruntime.InferenceSession | None = None
        self._lock = threading.Lock()

    def run(self, inputs: dict[str, Any]) -> Vectors:
        """Return the graph's one output, shape (n, dimensions). Raises ModelError."""
        session = self._loaded()
        try:
            (vectors,) = session.run(None, inputs)
        except Exception as error:
            raise ModelError(
                f"The bundled model could not go on ({error}).",
                advice="Close other programs if memory is short, then try again.",
            ) from error
        return np.asarray(vectors, dtype=np.float32)

    def close(self) -> None:
        with self._lock:
            self._content = None
            self._session = None

    def _loaded(self) -> onnxruntime.InferenceSession:
        with self._lock:
            if self._session is None:
                if self._content is None:
                    raise RuntimeError("the encoder was used after it was closed")
                try:
                    self._session = onnxruntime.InferenceSession(
                        self._content, self._options, providers=["CPUExecutionProvider"]
                    )
                except Exception as error:
                    raise ModelError(
                        "The bundled model cannot be loaded on this computer.", advice=REINSTALL
                    ) from error
                self._content = None  # the session has a copy
            return self._session


def _tokenizer(content: bytes) -> Tokenizer:
    """Return the tokenizer that a file describes.

    In two steps, the vocabulary apart: in one, it would keep Python to itself for 25 ms, and the window would wait.
    """
    told = json.loads(content)
    model = told["model"]
    words = model.pop("vocab")
    special = {token["content"]: token["id"] for token in told["added_tokens"]}
    made = Tokenizer.from_str(json.dumps(told | {"model": model | {"vocab": special}}))
    made.model = WordPiece(
        words,
        unk_token=model["unk_token"],
        max_input_chars_per_word=model["max_input_chars_per_word"],
        continuing_subword_prefix=model["continuing_subword_prefix"],
    )
    return made


def _verified(folder: Path) -> tuple[StarterManifest, dict[str, bytes]]:
    """Return the manifest and the content of the files it names, each as it was when the model was made."""
    manifest = StarterManifest.read(folder)
    contents: dict[str, bytes] = {}
    for name, wanted in manifest.sha256.items():
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError as error:
            raise ModelError(
                f"The bundled model is not complete: “{folder / name}” cannot be read.", advice=REINSTALL
            ) from error
        if hashlib.sha256(contents[name]).hexdigest() != wanted:
            raise ModelError(f"The bundled model is damaged: “{folder / name}” was changed.", advice=REINSTALL)
    return manifest, contents


def _readable(text: str) -> str:
    """Return what is read of a text: its beginning, with lone surrogates replaced, for they cannot be encoded."""
    return text[:_CHARACTERS_READ].encode("utf-8", errors="replace").decode("utf-8")
