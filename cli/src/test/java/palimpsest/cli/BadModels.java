package palimpsest.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Checkpoints that are not what they should be. */
final class BadModels {
  private static final String ASK = "generate --model @model --prompt Hello --max-new-tokens 4";
  private static final String FILE = "model/model.safetensors";

  private BadModels() {}

  static Stream<BadCase> all() {
    return Stream.of(
        asked("model folder missing", 2, "not a folder", d -> d.delete("model")),
        BadCase.of(
            "model is a file",
            2,
            "not a folder",
            d -> line(d, ASK.replace("@model", "@corpus.jsonl"))),
        asked("no config", 4, "config.json", d -> d.delete("model/config.json")),
        asked("config not JSON", 4, "not valid JSON", d -> d.write("model/config.json", "{oops")),
        config("architecture unknown", 3, "gpt2", c -> c.put("model_type", "gpt2")),
        config("config of other size", 4, "shape", c -> c.put("intermediate_size", 48)),
        asked("no weights", 4, "neither", d -> d.delete(FILE)),
        asked("weights truncated", 4, "safetensors", BadModels::truncate),
        asked("weights empty", 4, "safetensors", d -> d.write(FILE, "")),
        asked("header longer than the file", 4, "header", BadModels::longHeader),
        header("header lies about an offset", 4, "norm.weight", h -> offsets(h, 0, 64_000_000)),
        header("header lies about a size", 4, "norm.weight", h -> shape(h, 400)),
        config("tensor missing", 4, "is missing", c -> c.put("num_hidden_layers", 3)),
        config("tensor surplus", 4, "surplus", c -> c.put("num_hidden_layers", 1)),
        asked("weight not a number", 4, "finite", BadModels::notFinite),
        asked("pickle only", 3, "pickle", BadModels::pickle),
        asked("tokenizer garbled", 4, "tokenizer.json", d -> d.write("model/tokenizer.json", "{}")),
        asked("tokenizer missing", 4, "tokenizer.json", d -> d.delete("model/tokenizer.json")),
        asked("vocabulary larger than the model", 2, "tokens", BadModels::largerVocabulary),
        BadCase.of(
            "no chat template",
            3,
            "chat template",
            d -> {
              d.json("model/tokenizer_config.json", c -> c.remove("chat_template"));
              return line(d, ASK + " --template chat");
            }),
        BadCase.of(
            "prompt too long",
            2,
            "positions",
            d -> line(d, "generate --model @model --prompt " + "long-".repeat(90))));
  }

  private static java.util.List<String> line(Desk desk, String line) {
    return BadCase.line(desk, line);
  }

  private static BadCase asked(String name, int code, String says, Consumer<Desk> spoil) {
    return BadCase.of(
        name,
        code,
        says,
        d -> {
          spoil.accept(d);
          return line(d, ASK);
        });
  }

  private static BadCase config(String name, int code, String says, Consumer<ObjectNode> change) {
    return asked(name, code, says, d -> d.json("model/config.json", change));
  }

  private static BadCase header(String name, int code, String says, Consumer<ObjectNode> change) {
    return asked(name, code, says, d -> d.header(change));
  }

  private static void truncate(Desk d) {
    byte[] all = d.bytes(FILE);
    d.write(FILE, Arrays.copyOf(all, all.length - 100));
  }

  private static void longHeader(Desk d) {
    byte[] all = d.bytes(FILE);
    ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 40);
    d.write(FILE, all);
  }

  private static void offsets(ObjectNode header, long from, long to) {
    ObjectNode norm = (ObjectNode) header.get("model.norm.weight");
    norm.putArray("data_offsets").add(from).add(to);
  }

  private static void shape(ObjectNode header, long size) {
    ((ObjectNode) header.get("model.norm.weight")).putArray("shape").add(size);
  }

  private static void notFinite(Desk d) {
    byte[] all = d.bytes(FILE);
    ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN).putFloat(all.length - 4, Float.NaN);
    d.write(FILE, all);
  }

  private static void pickle(Desk d) {
    d.delete(FILE);
    d.write("model/pytorch_model.bin", "pickle");
  }

  private static void largerVocabulary(Desk d) {
    d.json(
        "model/tokenizer.json",
        t ->
            ((com.fasterxml.jackson.databind.node.ArrayNode) t.get("added_tokens"))
                .addObject()
                .put("id", 300)
                .put("content", "<|more|>")
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true));
  }
}
