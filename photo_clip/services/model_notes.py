"""What models note while they work: for themselves, and for the user to hear."""

from collections import deque

from photo_clip.core.errors import StoreError
from photo_clip.core.stores import Catalog


class ModelNotes:
    """Remembers what was measured in the library's settings, and keeps notices until they are taken. Any thread
    may use it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._notices: deque[str] = deque(maxlen=20)

    def recall(self, name: str) -> str | None:
        """Return what was remembered under a name."""
        return self._catalog.setting(name)

    def remember(self, name: str, value: str) -> None:
        """Remember something for the next time; a library that is only read forgets it."""
        try:
            self._catalog.set_setting(name, value)
        except StoreError:  # beside an open window the catalogue is read only, and the window remembers it
            return

    def tell(self, sentence: str) -> None:
        """Note something the user should hear, such as that memory ran short; of many, the oldest are dropped."""
        self._notices.append(sentence)

    def take_notices(self) -> list[str]:
        """Return what was told since the last call, in order."""
        return [self._notices.popleft() for _ in range(len(self._notices))]
