"""Tells which of some labels fits a photo."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from photo_clip.core.errors import UsageError
from photo_clip.core.scoring import probabilities
from photo_clip.services.models import Models
from photo_clip.services.query_embeddings import QueryEmbeddings


class Classifier:
    """Asks the active model. Any thread may use it."""

    def __init__(self, models: Models, embeddings: QueryEmbeddings) -> None:
        self._models = models
        self._embeddings = embeddings

    def classify(self, path: Path, labels: Sequence[str], template: str | None = None) -> list[tuple[str, float]]:
        """Return a probability for each label, most probable first; together they are 1.

        Zero-shot classification as in Radford et al. 2021 (arXiv 2103.00020, section 3.1.2): softmax of
        logit scale × cosine. Labels are put into `template` at “{}” where one is given. No label gives nothing.
        Raises UsageError for a template without “{}”, or a file that cannot be used.
        """
        if template is not None and "{}" not in template:
            raise UsageError(
                f"The template “{template}” has no place for the label.", advice="Write {} where it belongs."
            )
        if not labels:
            return []
        encoder = self._models.active_encoder()
        texts = [label if template is None else template.replace("{}", label) for label in labels]
        cosines = encoder.embed_texts(texts) @ self._embeddings.of_photo(encoder, path)
        shares = probabilities(cosines, encoder.logit_scale)
        order = np.argsort(-shares, kind="stable")
        return [(labels[row], float(shares[row])) for row in order]
