"""The SSH wire encoding (RFC 4251), as far as keys and signatures need it."""

from __future__ import annotations

_MOST = 1 << 20


class WireError(ValueError):
    """Bytes that are not what the encoding allows."""


class Reader:
    """Reads one value after another, and refuses to read past the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next bytes, that many."""
        end = self._at + count
        if count > _MOST or end > len(self._data):
            raise WireError("it ends too early")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def number(self) -> int:
        """A uint32."""
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        """Bytes with their length before them."""
        return self.take(self.number())

    def text(self) -> str:
        """A string of printable ASCII: names of algorithms, curves and namespaces are."""
        raw = self.string()
        if not raw.isascii() or not (text := raw.decode("ascii")).isprintable():
            raise WireError("a name in it is not plain text")
        return text

    def big(self) -> int:
        """A positive mpint in its shortest form."""
        raw = self.string()
        number = int.from_bytes(raw, "big")
        if mpint(number) != string(raw):
            raise WireError("a number in it is negative or padded")
        return number

    def end(self) -> None:
        """Refuses anything that is left over."""
        if self._at != len(self._data):
            raise WireError("something follows its end")


def string(data: bytes) -> bytes:
    """Bytes with their length before them."""
    return len(data).to_bytes(4, "big") + data


def mpint(number: int) -> bytes:
    """A number that is not negative, in its shortest form."""
    return string(number.to_bytes(number.bit_length() // 8 + 1, "big") if number else b"")
