"""Chroma names some of its parts by text alone."""

hiddenimports = [
    "chromadb.api.rust",
    "chromadb.api.fastapi",  # the client of a server
    "chromadb.telemetry.product.posthog",
    "chromadb.telemetry.opentelemetry",
]
