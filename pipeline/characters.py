"""One token for every character, the only tokenizer of this project.

Offsets of mentions are code points, so a model whose tokens are code points needs no alignment.
Full-width and upper-case forms are folded here, for the lookup alone; the text stays as it is.
"""

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordLevel

from annotations.errors import PipelineError

PAD, UNK, CLS, SEP, MASK = SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_FILE, _CONFIG_FILE, _VOCAB_FILE = "tokenizer.json", "tokenizer_config.json", "vocab.txt"


def fold(character: str) -> str:
    """The form under which a character is looked up: NFKC, lower case."""
    return unicodedata.normalize("NFKC", character).lower()


class _Ids(dict[str, int]):
    """Ids of characters met so far; a new one is asked of the tokenizer once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def __missing__(self, character: str) -> int:
        ids = self._tokenizer.encode(
            [character], is_pretokenized=True, add_special_tokens=False
        ).ids
        if len(ids) != 1:
            raise PipelineError(f"{character!r} gives {len(ids)} tokens, expected exactly one")
        self[character] = ids[0]
        return ids[0]


class CharacterTokenizer:
    """Ids of the characters of a text, one for one: `len(encode(text)) == len(text)`.

    Args:
        tokenizer: a word-level tokenizer with the five special tokens of BERT. It is used without
            its pre-tokenizer, so that a character which folds to several (`㎡` to `m2`) is still
            one token.

    Raises:
        PipelineError: a special token is missing.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        ids = {token: tokenizer.token_to_id(token) for token in SPECIAL_TOKENS}
        if missing := [token for token, number in ids.items() if number is None]:
            raise PipelineError(
                f"the vocabulary lacks {', '.join(missing)}; expected the special tokens of BERT"
            )
        # A copy, because the pre-tokenizer is taken off.
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.pre_tokenizer = None
        self._ids = _Ids(self._tokenizer)
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            number for number in ids.values() if number is not None
        )

    @classmethod
    def from_vocabulary(cls, vocabulary: Sequence[str]) -> "CharacterTokenizer":
        """From characters in the order of their ids; special tokens that are missing go first.

        Characters are folded; of several that fold to the same the first gives the id.
        """
        entries = (
            dict.fromkeys(SPECIAL_TOKENS) if not set(SPECIAL_TOKENS) <= set(vocabulary) else {}
        )
        entries |= dict.fromkeys(c if c in SPECIAL_TOKENS else fold(c) for c in vocabulary)
        return cls._from_ids({token: n for n, token in enumerate(entries)})

    @classmethod
    def from_folder(cls, folder: Path) -> "CharacterTokenizer":
        """From a folder with a `tokenizer.json`, ours or of a public BERT, or a `vocab.txt`.

        Of a WordPiece vocabulary only the entries of a single character are ever met.

        Raises:
            PipelineError: neither file is there, or it is no vocabulary of BERT's kind.
        """
        path = folder / _FILE
        if path.is_file():
            try:
                model = json.loads(path.read_text(encoding="utf-8"))["model"]
                vocabulary = {str(token): int(n) for token, n in model["vocab"].items()}
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise PipelineError(
                    f"{path}: expected a WordLevel or WordPiece tokenizer"
                    f" ({type(error).__name__}: {error})"
                ) from error
            return cls._from_ids(vocabulary)
        path = folder / _VOCAB_FILE
        if path.is_file():
            lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
            return cls._from_ids({token.rstrip("\r"): n for n, token in enumerate(lines)})
        raise PipelineError(f"{folder}: no {_FILE} and no {_VOCAB_FILE}; expected one of them")

    @classmethod
    def _from_ids(cls, ids: dict[str, int]) -> "CharacterTokenizer":
        tokenizer = Tokenizer(WordLevel(ids, unk_token=UNK))
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
        return cls(tokenizer)

    @property
    def size(self) -> int:
        """Number of entries, special tokens included."""
        return self._tokenizer.get_vocab_size()

    @property
    def vocabulary(self) -> dict[str, int]:
        """The id of every entry, special tokens included."""
        vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        return vocabulary

    def encode(self, text: str) -> list[int]:
        """The id of every code point; one that is not in the vocabulary gets `unk_id`."""
        ids = self._ids
        return [ids[character] for character in text]

    def save(self, folder: Path) -> None:
        """Write `tokenizer.json` and `tokenizer_config.json`, as transformers reads them.

        There the text is cut into characters after folding, so `㎡` gives two tokens; use this
        class where offsets count.
        """
        folder.mkdir(parents=True, exist_ok=True)
        saved = Tokenizer.from_str(self._tokenizer.to_str())
        saved.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), behavior="isolated")
        saved.add_special_tokens(list(SPECIAL_TOKENS))
        saved.save(str(folder / _FILE))
        settings = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "pad_token": PAD,
            "unk_token": UNK,
            "cls_token": CLS,
            "sep_token": SEP,
            "mask_token": MASK,
            "clean_up_tokenization_spaces": False,
        }
        text = json.dumps(settings, indent=2) + "\n"
        (folder / _CONFIG_FILE).write_text(text, encoding="utf-8")
