"""Chroma names some of its parts by text alone."""

hiddenimports = ["chromadb.api.rust", "chromadb.telemetry.product.posthog", "chromadb.telemetry.opentelemetry"]
