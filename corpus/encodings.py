"""Bytes to text: the encodings that Chinese reports come in, each strictly, none by guess alone.

Tried in this order: a byte order mark, UTF-8, UTF-16 without a mark, GB18030. The last two accept
nearly any bytes, so what they give must also look like Chinese. An encoding that accepts
everything (latin-1) is never tried: it turns a GB18030 report into mojibake without a word.
"""

import codecs
import re

from annotations.errors import CorpusError

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Control characters that no text has: all of C0 but the blanks and the old end-of-file mark.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b\x7f]")
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x19\x1b\x7f]")
_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
_EXPECTED = re.compile(
    r"[\s!-~·×÷°±‰\u2010-\u203b\u2160-\u2179\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e\uffe5]"
)
# Units, arrows, numbers in circles, emoji and what joins them: they speak neither for Chinese nor
# against it.
_SYMBOL = re.compile(
    r"[\u200d\u20e3\u2100-\u214f\u2190-\u2bff\u3200-\u33ff\ufe0f\U0001f000-\U0001faff]"
)
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
# Plausibility is judged on a beginning, from the first character on that is not ASCII: before it,
# most encodings say the same, and from it on a wrong one is wrong.
_SAMPLE = 20_000
_MIN_EXPECTED = 0.95
# Two thirds of running Chinese and more is in level 1 of GB 2312 (3755 characters), whereas of the
# code points that a wrong encoding hits at random it is one in five.
_MIN_COMMON = 2 / 3


def decode_text(data: bytes, *, name: str) -> str:
    """The text of a file, without byte order mark, line breaks untouched.

    Raises:
        CorpusError: the bytes are no text, or in none of UTF-8, UTF-16 and GB18030.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data[len(mark) :], codec=codec, name=name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken = f"byte 0x{data[error.start]:02X} at {error.start}"
    else:
        if not _is_binary(text):
            return text
        broken = "control characters"
    for codec in ("utf-16-le", "utf-16-be", "gb18030"):
        text = _decode_plausible(data, codec)
        if text:
            return text
    if b"\0" in data or len(_CONTROL_BYTES.findall(data)) * 100 > len(data):
        raise CorpusError(f"{name}: a binary file, not a text; give txt, html, docx or pdf")
    raise CorpusError(
        f"{name}: not UTF-8 ({broken}), and neither UTF-16 nor GB18030 gives Chinese; convert it"
        " to UTF-8"
    )


def _decode_marked(data: bytes, *, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{name}: marked as {codec.upper()}, but it is not (byte {error.start}:"
            f" {error.reason}); convert it to UTF-8"
        ) from error


def _decode_plausible(data: bytes, codec: str) -> str:
    """The text, or nothing when the bytes are not of that encoding or give no Chinese."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return ""
    return text if _is_chinese(text) and not _is_binary(text) else ""


def _is_chinese(text: str) -> bool:
    first = _NON_ASCII.search(text)
    start = first.start() if first else len(text)
    text = _SYMBOL.sub("", text[start : start + _SAMPLE])
    ideographs = _IDEOGRAPH.findall(text)
    if not ideographs or len(_EXPECTED.findall(text)) < _MIN_EXPECTED * len(text):
        return False
    return sum(map(_is_common, ideographs)) >= _MIN_COMMON * len(ideographs)


def _is_common(char: str) -> bool:
    try:
        return char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def _is_binary(text: str) -> bool:
    """Whether there is a zero character, or a control character in every hundred."""
    return "\0" in text or len(_CONTROLS.findall(text)) * 100 > len(text)
