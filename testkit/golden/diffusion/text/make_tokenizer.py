"""Makes a small CLIP vocabulary and prompts.json: what transformers' CLIPTokenizer makes of prompts.

Run from anywhere: python make_tokenizer.py. No network: the merges are learned from TEXT below.
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))
import golden_json  # noqa: E402

BOS, EOS = "<|startoftext|>", "<|endoftext|>"
VOCABULARY = 700

TEXT = """
a photo of a cat, a painting of the harbour in the style of van gogh, a drawing of a house, a dog
and a cat by the window, a photograph of an astronaut riding a horse on the moon, highly detailed,
sharp focus, oil on canvas, digital art, trending, 4k, a watercolour of three red apples and two
green pears on a wooden table, the keeper of the library reads a letter, it's raining over the town,
they're walking, we've seen, i'll go, don't, a sketch of a sailing ship, flat icon of a bird, simple
drawing in pencil, sunflowers, starry night, portrait of an old woman, soft light, studio lighting
"""

PROMPTS = [
    "",
    " ",
    "a photo of a cat",
    "A Photo Of A CAT",
    "  two  spaces\n\nand\tlines \r\n",
    "a cat, a dog; a house.",
    "hello! world!! !",
    "!",
    "it's don't they're we've I'll I'd I'm 's",
    "IT'S RAINING 'Re",
    "in 1889, 3.14159 and 4k: no. 12345",
    "x=y_2+z/(a*b)-[c]{d}<e>|f|\\g&h^i%j$k#l@m~n`o?p",
    "\u2014em dash\u2026 \u201cquoted\u201d \u2018single\u2019 don\u2019t",
    "na\u00efve caf\u00e9 cr\u00e8me br\u00fbl\u00e9e",
    "cafe\u0301 decomposed e\u0301",  # NFC makes one letter of two
    "\u00c9COLE \u00d1AND\u00da \u00c5NGSTR\u00d6M \u0130stanbul \u1e9e \u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3",
    "\ufb01ne \u212bngstr\u00f6m \u2460 \u00bd \u2163 \uff21\uff22",
    "\u6f22\u5b57 \u30ab\u30bf\u30ab\u30ca \ud55c\uad6d\uc5b4 \u0e44\u0e17\u0e22 \u0416\u0438\u0437\u043d\u044c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u0928\u092e\u0938\u094d\u0924\u0947",
    "emoji \U0001f642\U0001f9ea \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \u2764\ufe0f done",
    "math \U0001d4d0\U0001d4d1 \u2211\u221a\u00d7 \u0661\u0662\u0663 \u0967",
    "no\u00a0break\u2003em\u3000wide\u200bzero\u0085next",
    "control \u0000\u0001\u001b\u007f end",
    "<|endoftext|>",
    "a cat <|endoftext|> a dog",
    "a<|startoftext|>b<|ENDOFTEXT|>c",
    "<|endoftext|",
    "a photo of a cat" + ", highly detailed" * 30,  # over 77 tokens
    "word " * 75,
    "don't!" * 40,
    "\U0001f642" * 30,
    "sunflowers" * 20,
    "_under_score_ __init__ snake_case kebab-case CamelCase",
    "http://example.org/a?b=c&d=%20e",
    "$5.00 \u20ac10 \u00a320 50% #1 @home",
    "a (very:1.3) [less] {braces} \\escaped\\",
    "\"''\"'s'' '' t' 's's",
    "e\u0301\u0323 o\u0308\u0304 stacked",
    "<cat-toy> beside <CAT-TOY>, a<cat-toy>b",
    "Stra\u00dfe stra\u1e9ee \u01c4 \u01c5",
    "tab\there\u2028line\u2029paragraph",
]


def token(content, normalized, **besides):
    return dict(
        content=content, lstrip=False, normalized=normalized, rstrip=False, single_word=False
    ) | besides


def config(length=77, **besides):
    return dict(
        add_prefix_space=False,
        do_lower_case=True,
        errors="replace",
        model_max_length=length,
        tokenizer_class="CLIPTokenizer",
    ) | besides


def added(**tokens):
    """The newer style: all added tokens by id."""
    return config(
        bos_token=BOS,
        eos_token=EOS,
        unk_token=EOS,
        added_tokens_decoder={
            str(VOCABULARY - 2): token(BOS, True, special=True),
            str(VOCABULARY - 1): token(EOS, True, special=True),
        }
        | tokens.pop("decoder"),
        **tokens,
    )


OLD = {
    f"{role}_token": token(EOS if role != "bos" else BOS, True) for role in ("bos", "eos", "unk")
}
# name: the JSON files beside vocab.json and merges.txt
FOLDERS = {
    "sd1": {
        "tokenizer_config.json": config(
            **{key: value | {"__type": "AddedToken"} for key, value in OLD.items()},
            pad_token=EOS,
        ),
        "special_tokens_map.json": OLD | dict(pad_token=EOS),
    },
    "sd2": {
        "tokenizer_config.json": config(
            **{key: value | {"__type": "AddedToken"} for key, value in OLD.items()}, pad_token=EOS
        ),
        # wins over tokenizer_config.json
        "special_tokens_map.json": OLD | dict(pad_token="!"),
    },
    "sdxl2": {
        "tokenizer_config.json": added(
            pad_token="!", decoder={"0": token("!", False, special=True)}
        ),
        "special_tokens_map.json": OLD | dict(pad_token="unused"),
    },
    "bare": {},
    "inversion": {
        "tokenizer_config.json": added(
            pad_token=EOS,
            length=16,
            decoder={str(VOCABULARY): token("<cat-toy>", True, special=False)},
        )
    },
}


def train(folder):
    """Vocabulary in CLIP's order: bytes, bytes that end words, merges, special tokens."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    like = CLIPTokenizer().backend_tokenizer
    tokenizer.normalizer, tokenizer.pre_tokenizer = like.normalizer, like.pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        end_of_word_suffix="</w>",
    )
    tokenizer.train_from_iterator([TEXT.replace("\n", " ")], trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    # the byte that is printed as "!" is CLIP's first
    letters = sorted(pre_tokenizers.ByteLevel.alphabet(), key=lambda c: (ord(c) > 255, ord(c)))
    assert letters[0] == "!" and len(letters) == 256
    tokens = letters + [letter + "</w>" for letter in letters]
    merges = merges[: VOCABULARY - 2 - len(tokens)]
    tokens += [a + b for a, b in merges] + [BOS, EOS]
    assert len(set(tokens)) == len(tokens) == VOCABULARY, len(set(tokens))
    vocab = {token: id for id, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    lines = ["#version: 0.2"] + [f"{a} {b}" for a, b in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def fast(folder):
    """As transformers 5 saves it: tokenizer.json and tokenizer_config.json alone."""
    shutil.rmtree(folder / "fast", ignore_errors=True)
    with tempfile.TemporaryDirectory() as made:
        lay(folder, FOLDERS["sdxl2"], pathlib.Path(made))
        CLIPTokenizer.from_pretrained(made).save_pretrained(folder / "fast")
    path = folder / "fast" / "tokenizer.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")


def lay(folder, files, into):
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(folder / name, into / name)
    for name, content in files.items():
        (into / name).write_text(json.dumps(content), encoding="utf-8")


def described(name, files, tokenizer):
    length = min(tokenizer.model_max_length, 77)
    cases = []
    for prompt in PROMPTS:
        encoded = tokenizer(prompt, padding="max_length", truncation=True, max_length=length)
        tokens = tokenizer(prompt, add_special_tokens=False).input_ids
        assert len(encoded.input_ids) == length
        cases.append(
            dict(prompt=prompt, tokens=tokens, encoded=encoded.input_ids, decoded=tokenizer.decode(tokens))
        )
    return dict(
        name=name,
        files=files,
        size=len(tokenizer),
        length=length,
        bos=tokenizer.bos_token_id,
        eos=tokenizer.eos_token_id,
        pad=tokenizer.pad_token_id,
        prompts=cases,
    )


def main():
    folder = HERE / "tokenizer"
    folder.mkdir(exist_ok=True)
    train(folder)
    fast(folder)
    cases = []
    for name, files in FOLDERS.items():
        with tempfile.TemporaryDirectory() as made:
            lay(folder, files, pathlib.Path(made))
            cases.append(described(name, files, CLIPTokenizer.from_pretrained(made)))
    saved = CLIPTokenizer.from_pretrained(folder / "fast")
    cases.append(described("fast", {}, saved))
    golden_json.write(HERE / "prompts.json", dict(cases=cases), digits=9)
    print({case["name"]: (case["size"], case["pad"]) for case in cases})
    print(max(len(p["tokens"]) for p in cases[0]["prompts"]), "tokens at most")


if __name__ == "__main__":
    main()
