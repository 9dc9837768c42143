"""Makes tiny random Llama checkpoints in the Hugging Face layout, with the outputs of transformers.

Run from anywhere: python make_llama.py. No network: the weights are seeded, the tokenizer is
trained here.
"""

import json
import os
import pathlib
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.utils.logging import disable_progress_bar

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402

BOS, EOS, PAD = "<|bos|>", "<|eos|>", "<|pad|>"
SPECIALS = [BOS, EOS, PAD, "<|im_start|>", "<|im_end|>"]
VOCABULARY = 300  # 5 specials + 256 bytes + 39 merges

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

TEXT = """
A palimpsest is a page that was scraped clean and written over. The old text is faint, but a patient
reader can still make out the letters under the new ones. The keeper of the library at the harbour
had three of them, and every winter she set one by the window and waited for the low sun.

The first was a list of ships: the name, the master, the port, and the weight of the cargo. Over it
someone had written a song about the rain. The second held the rules of a game that nobody plays any
more, and over the rules stood a letter to a brother who never answered. The third was the strangest.
Whatever was written there, the words under it were the same words, in the same hand, only older.

"What do you want to forget?" asked the keeper. The visitor thought for a while, and then he answered
that he wanted to forget the name of the town where he was born. She wrote the name down, scraped it
away, and wrote another over it. In the morning the other name was there, and under it, the first.
"""

ROWS = [
    "The keeper of the library set the page by the window, and waited for the sun to come in again.",
    "What was the name of the town? Under the new words the old ones stand: 1024 ships, 37 masters.",
]
PROMPT = "What do you want to forget?"
ANSWER = " The name of the town."
TEXTS = [  # what the tokenizer must survive
    "",
    " ",
    "The keeper",
    "  two  spaces\n\nand lines\t",
    "na\u00efve caf\u00e9 \u2013 \u201cquoted\u201d",
    "\u6f22\u5b57 \u0416\u0438\u0437\u043d\u044c \U0001f642\U0001f9ea",
    "a<|eos|>b",
    "x = y_2 + 3.14159;",
]

# name: (LlamaConfig arguments, how it is written)
WIDE = dict(num_attention_heads=4, num_key_value_heads=2)
LLAMA3 = dict(
    rope_type="llama3",
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=64,
)
VARIANTS = {
    "gqa-tied": (dict(WIDE, tie_word_embeddings=True), dict(style="old")),
    "gqa-untied": (dict(WIDE), dict(style="new", chat="config")),
    # Wavelengths 6.3, 29, 135, ...: one untouched, one interpolated (16..64), four divided by 8.
    "llama3-rope": (
        dict(WIDE, hidden_size=48, rope=dict(LLAMA3), eos_list=True),
        dict(style="old", chat="file", add_bos=True),
    ),
    "sharded": (dict(WIDE, num_hidden_layers=3), dict(style="new", shard="48KB")),
    "bf16": (dict(WIDE), dict(style="old", dtype=torch.bfloat16)),
    "f16": (dict(WIDE, tie_word_embeddings=True), dict(style="new", dtype=torch.float16)),
    "head-dim": (dict(WIDE, head_dim=12), dict(style="new")),
    "mha": (
        dict(
            hidden_size=48,
            num_attention_heads=4,
            num_key_value_heads=4,
            num_hidden_layers=3,
            rms_norm_eps=1e-3,
            rope=dict(rope_type="default", rope_theta=500.0),
        ),
        dict(style="old"),
    ),
}


def train_tokenizer(add_bos):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIALS,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    if add_bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B", special_tokens=[(BOS, 0)]
        )
    assert tokenizer.get_vocab_size() == VOCABULARY
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        model_max_length=512,
    )


def make_model(arguments, seed):
    arguments = dict(arguments)
    rope = dict(rope_type="default", rope_theta=10000.0) | arguments.pop("rope", {})
    eos = [1, 4] if arguments.pop("eos_list", False) else 1
    shape = dict(
        hidden_size=32,
        intermediate_size=72,
        num_hidden_layers=2,
        rms_norm_eps=1e-5,
        tie_word_embeddings=False,
    )
    config = LlamaConfig(
        **(shape | arguments),
        vocab_size=VOCABULARY,
        initializer_range=0.2,
        max_position_embeddings=512,
        rope_parameters=rope,
        bos_token_id=0,
        eos_token_id=eos,
        pad_token_id=2,
        attn_implementation="eager",
    )
    torch.manual_seed(seed)
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.uniform_(0.5, 1.5)
    return model


def old_style(config):
    """As transformers 4 wrote it: rope_theta, rope_scaling, torch_dtype; implied sizes left out."""
    config = dict(config)
    heads = config["num_attention_heads"]
    if config["head_dim"] == config["hidden_size"] // heads:
        del config["head_dim"]
    if config["num_key_value_heads"] == heads:
        del config["num_key_value_heads"]
    rope = dict(config.pop("rope_parameters"))
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = rope if rope["rope_type"] != "default" else None
    config["torch_dtype"] = config.pop("dtype")
    config["transformers_version"] = "4.45.1"
    return dict(sorted(config.items()))


def write_configs(folder, style):
    """config.json in one style, config.other-style.json in the other; both mean the same model."""
    path = folder / "config.json"
    new = json.loads(path.read_text())
    old = old_style(new)
    chosen, other = (old, new) if style == "old" else (new, old)
    path.write_text(json.dumps(chosen, indent=2) + "\n")
    (folder / "config.other-style.json").write_text(json.dumps(other, indent=2) + "\n")


def old_style_tokenizer(folder, tokenizer):
    """As transformers 4 wrote it: added_tokens_decoder, special_tokens_map.json with objects."""

    def entry(token):
        return dict(content=token, lstrip=False, normalized=False, rstrip=False, single_word=False)

    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text())
    config["tokenizer_class"] = "PreTrainedTokenizerFast"
    config.pop("backend", None)
    config["added_tokens_decoder"] = {
        str(tokenizer.convert_tokens_to_ids(t)): dict(entry(t), special=True) for t in SPECIALS
    }
    path.write_text(json.dumps(config, indent=2) + "\n")
    roles = dict(bos_token=entry(BOS), eos_token=entry(EOS), pad_token=entry(PAD))
    (folder / "special_tokens_map.json").write_text(json.dumps(roles, indent=2) + "\n")


def save(folder, model, tokenizer, how):
    shutil.rmtree(folder, ignore_errors=True)
    model.to(how.get("dtype", torch.float32))
    model.save_pretrained(folder, max_shard_size=how.get("shard", "1GB"))
    if "chat" in how:
        tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(folder, save_jinja_files=how.get("chat") == "file")
    write_configs(folder, how["style"])
    if how["style"] == "old":
        old_style_tokenizer(folder, tokenizer)


def clear_greedy(model, prompt, eos):
    """20 greedy tokens, and whether the two best tokens are far enough apart at every step."""
    out = model.generate(
        torch.tensor([prompt]),
        max_new_tokens=20,
        do_sample=False,
        use_cache=True,
        output_logits=True,
        return_dict_in_generate=True,
    )
    new = out.sequences[0, len(prompt) :].tolist()
    best = torch.stack([step[0].topk(2).values for step in out.logits])
    return new, bool((best[:, 0] - best[:, 1]).min() > 0.02), new[-1] in eos


def greedy_cases(model, eos):
    """The first seeded prompt that runs to 20 tokens, and the first that stops at an end token."""
    random = torch.Generator().manual_seed(7)
    found = {}
    for _ in range(400):
        prompt = [0] + torch.randint(5, VOCABULARY, (6,), generator=random).tolist()
        new, clear, stopped = clear_greedy(model, prompt, eos)
        key = "greedy_stopped" if stopped else "greedy"
        if clear and key not in found and (stopped or len(set(new)) > 5):
            found[key] = dict(prompt_ids=prompt, new_ids=new)
        if len(found) == 2:
            break
    assert len(found["greedy"]["new_ids"]) == 20
    return found


def tokenizer_case(tokenizer, text):
    ids = tokenizer.encode(text, add_special_tokens=False)
    return dict(
        text=text,
        ids=ids,
        ids_with_specials=tokenizer.encode(text),
        decoded=tokenizer.decode(ids),
        decoded_skipping_specials=tokenizer.decode(ids, skip_special_tokens=True),
    )


@torch.no_grad()
def expected(folder, how):
    """What transformers computes from the files just written, always in float32."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = LlamaForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    rows = [tokenizer.encode(text, add_special_tokens=False) for text in ROWS]
    length = min(24, *map(len, rows))
    ids = [[0] + row[: length - 1] for row in rows]
    logits = model(torch.tensor(ids)).logits
    assert logits.dtype == torch.float32 and logits.std() > 0.5

    prompt = [0] + tokenizer.encode(PROMPT, add_special_tokens=False)
    answer = tokenizer.encode(ANSWER, add_special_tokens=False) + [1]
    logp = model(torch.tensor([prompt + answer])).logits.log_softmax(-1)[0]
    logprobs = [logp[len(prompt) + i - 1, token].item() for i, token in enumerate(answer)]

    eos = model.config.eos_token_id
    dtype = str(how.get("dtype", torch.float32)).removeprefix("torch.")
    if dtype == "float32":
        note = "float32 weights, float32 arithmetic, eager attention"
    else:
        note = (
            f"weights stored as {dtype}, UPCAST to float32 on loading; "
            "float32 arithmetic, eager attention"
        )
    return dict(
        note=note,
        config_style=how["style"],
        input_text=ROWS,
        input_ids=ids,
        **greedy_cases(model, eos if isinstance(eos, list) else [eos]),
        answer_logprob=dict(
            prompt=PROMPT,
            answer=ANSWER,
            prompt_ids=prompt,
            answer_ids=answer,
            logprobs=logprobs,
            sum=sum(logprobs),
            mean=sum(logprobs) / len(logprobs),
        ),
        tokenizer=[tokenizer_case(tokenizer, text) for text in TEXTS],
        logits=logits.tolist(),
    )


@torch.no_grad()
def check_other_style(folder, values):
    """The other config means the same model; and for llama3 the scaling is not a no-op."""
    ids = torch.tensor(values["input_ids"])
    want = torch.tensor(values["logits"])
    other = LlamaConfig.from_json_file(folder / "config.other-style.json")
    other._attn_implementation = "eager"
    model = LlamaForCausalLM.from_pretrained(folder, config=other, dtype=torch.float32).eval()
    assert torch.equal(model(ids).logits, want), folder
    if other.rope_parameters["rope_type"] == "llama3":
        other.rope_parameters = dict(
            rope_type="default", rope_theta=other.rope_parameters["rope_theta"]
        )
        model = LlamaForCausalLM.from_pretrained(folder, config=other, dtype=torch.float32).eval()
        assert (model(ids).logits - want).abs().max() > 0.5


def main():
    torch.set_num_threads(1)
    disable_progress_bar()
    for seed, (name, (arguments, how)) in enumerate(VARIANTS.items(), start=11):
        folder = HERE / name
        save(folder, make_model(arguments, seed), train_tokenizer(how.get("add_bos", False)), how)
        values = expected(folder, how)
        check_other_style(folder, values)
        for file in folder.glob("*.safetensors"):
            file.chmod(0o644)
        golden_json.write(folder / "expected.json", values, digits=9)
        shards = len(list(folder.glob("model-*.safetensors")))
        assert (shards >= 3) == ("shard" in how)
        print(name, "shards", shards, "greedy", sorted(k for k in values if "greedy" in k))


if __name__ == "__main__":
    main()
