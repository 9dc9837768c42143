"""Makes chat.json: what transformers' apply_chat_template renders for well-known template forms."""

import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import golden_json  # noqa: E402

# name: (template, bos_token, eos_token)
TEMPLATES = {
    "chatml-default-system": (  # the form of SmolLM2
        "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
        "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
        "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
        "<|im_start|>",
        "<|im_end|>",
    ),
    "chatml-whitespace-control": (  # the form of Qwen2.5, without tools
        "{%- if messages[0]['role'] == 'system' %}\n"
        "    {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}\n"
        "{%- else %}\n"
        "    {{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}\n"
        "{%- endif %}\n"
        "{%- for message in messages %}\n"
        '    {%- if (message.role == "user") or (message.role == "system" and not loop.first)'
        ' or (message.role == "assistant" and not message.tool_calls) %}\n'
        "        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}\n"
        "    {%- endif %}\n"
        "{%- endfor %}\n"
        "{%- if add_generation_prompt %}\n"
        "    {{- '<|im_start|>assistant\\n' }}\n"
        "{%- endif %}\n",
        None,
        "<|im_end|>",
    ),
    "llama-3": (
        "{% set loop_messages = messages %}{% for message in loop_messages %}"
        "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ "
        "message['content'] | trim + '<|eot_id|>' %}"
        "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}"
        "{% endfor %}{% if add_generation_prompt %}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
        "<|begin_of_text|>",
        "<|eot_id|>",
    ),
    "zephyr": (  # also TinyLlama; its line breaks count on trim_blocks
        "{% for message in messages %}\n{% if message['role'] == 'user' %}\n"
        "{{ '<|user|>\n' + message['content'] + eos_token }}\n"
        "{% elif message['role'] == 'system' %}\n"
        "{{ '<|system|>\n' + message['content'] + eos_token }}\n"
        "{% elif message['role'] == 'assistant' %}\n"
        "{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n"
        "{% endif %}\n{% if loop.last and add_generation_prompt %}\n"
        "{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
        "<s>",
        "</s>",
    ),
}


def messages(*turns):
    return [dict(role=role, content=content) for role, content in turns]


CONVERSATIONS = {
    "user": messages(("user", "Who wrote the letter?")),
    "user-assistant": messages(("user", "Who wrote the letter?"), ("assistant", "The keeper did.")),
    "system-user-assistant": messages(
        ("system", "Answer in one line."),
        ("user", "Who wrote the letter?"),
        ("assistant", "The keeper did."),
    ),
    "two-turns": messages(
        ("system", "Answer in one line."),
        ("user", "Who?"),
        ("assistant", "The keeper."),
        ("user", "When?"),
    ),
    "blanks-and-unicode": messages(
        ("user", "  Caf\u00e9 \U0001f642?\n\n second line \t\n"),
        ("assistant", "\n Yes: {{ x }} <b>&amp;</b> "),
    ),
    "empty-content": messages(("system", ""), ("user", "")),
}


def main():
    cases = []
    for template_name, (template, bos, eos) in TEMPLATES.items():
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=Tokenizer(models.BPE()),
            bos_token=bos,
            eos_token=eos,
            chat_template=template,
        )
        for conversation_name, conversation in CONVERSATIONS.items():

            def render(prompt):
                return tokenizer.apply_chat_template(
                    conversation, tokenize=False, add_generation_prompt=prompt
                )

            cases.append(
                dict(
                    template=template_name,
                    conversation=conversation_name,
                    rendered=render(False),
                    rendered_with_generation_prompt=render(True),
                )
            )
    golden_json.write(
        HERE / "chat.json",
        dict(
            templates={
                name: dict(template=template, bos_token=bos, eos_token=eos)
                for name, (template, bos, eos) in TEMPLATES.items()
            },
            conversations=CONVERSATIONS,
            cases=cases,
        ),
        digits=9,
    )


if __name__ == "__main__":
    main()
