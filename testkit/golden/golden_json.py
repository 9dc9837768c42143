"""Writes golden JSON: floats cut to a number of significant digits, one line per case."""

import json
import math
import pathlib


def rounded(value, digits):
    """Cuts floats in a nested value to `digits` significant digits; refuses NaN and infinity."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"not finite: {value}")
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {key: rounded(inner, digits) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(inner, digits) for inner in value]
    return value


def write(path, content, digits):
    """digits: 9 carries a float32 exactly, 17 a float64."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = rounded(content, digits)
    path.write_text(_lines(content) + "\n", encoding="utf-8")


def _lines(content):
    def flat(value):
        return json.dumps(value, ensure_ascii=True, allow_nan=False)

    parts = []
    for key, value in content.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            body = "[\n  " + ",\n  ".join(flat(item) for item in value) + "\n ]"
        else:
            body = flat(value)
        parts.append(f" {flat(key)}: {body}")
    return "{\n" + ",\n".join(parts) + "\n}"
