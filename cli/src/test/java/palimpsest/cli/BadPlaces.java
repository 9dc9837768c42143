package palimpsest.cli;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Outputs that are taken or cannot be, runs that are not what they were, dossiers that are none.
 */
final class BadPlaces {
  static final String TRAIN =
      "train --data @corpus.jsonl --out @trained --width 16 --layers 1 --heads 2 --kv-heads 1"
          + " --vocab 300 --positions 256 --epochs 1 --batch 4 --checkpoint-every 1";
  private static final String KEEP = TRAIN + " --keep-checkpoints 1";
  private static final String KEPT = "run/step-00000001.packed";
  private static final String SCORE = "score --model @model --data @corpus.jsonl --out ";

  private BadPlaces() {}

  static Stream<BadCase> all() {
    return Stream.of(outputs(), runs(), dossiers(), destructions()).flatMap(s -> s);
  }

  private static Stream<BadCase> destructions() {
    return Stream.of(
        made("destroy without a replay", 2, "--for", "destroy @model", d -> {}),
        made(
            "destroy what was not trained here",
            2,
            "no model/palimpsest.json",
            "destroy @mine --for @model --yes",
            d -> d.write("mine/notes.txt", "mine")),
        made(
            "destroy for what is no replay",
            2,
            "no applied.json",
            "destroy @trained --for @other --yes",
            d -> {
              train(d, TRAIN);
              train(d, TRAIN.replace("@trained", "@other"));
            }),
        made(
            "destroy one folder within the other",
            2,
            "two apart",
            "destroy @model --for @model/run --yes",
            d -> d.write("model/run/notes.txt", "mine")));
  }

  private static Stream<BadCase> outputs() {
    return Stream.of(
        made("output is not empty", 2, "--resume", TRAIN, d -> d.write("trained/mine.txt", "mine")),
        made("output is a file", 2, "is a file", TRAIN, d -> d.write("trained", "mine")),
        made(
            "output under a file",
            2,
            "corpus.jsonl",
            TRAIN.replace("@trained", "@corpus.jsonl/out"),
            d -> {}),
        made("output cannot be made", 2, "/proc", TRAIN.replace("@trained", "/proc/out"), d -> {}),
        made("findings are there", 2, "there already", find(), d -> d.write("f.jsonl", "mine")),
        made("scores are there", 2, "there already", SCORE + "@s", d -> d.write("s", "mine")),
        made("scores on a full device", 2, "there already", SCORE + "/dev/full", d -> {}),
        made("scores in no folder", 2, "cannot be written", SCORE + "@none/s", d -> {}),
        made(
            "evaluation is there",
            2,
            "there already",
            "evaluate --model @model --forget @corpus.jsonl --out @e",
            d -> d.write("e", "mine")),
        made(
            "quickstart in a folder of others",
            2,
            "not a quickstart",
            "quickstart --out @mine",
            d -> d.write("mine/notes.txt", "mine")),
        made(
            "benchmark in a folder of others",
            2,
            "not of this benchmark",
            "bench tofu --data @mine --out @mine",
            d -> d.write("mine/table.md", "mine")),
        made(
            "metrics in a folder of others",
            2,
            "not of this benchmark",
            "bench metrics --out @mine",
            d -> d.write("mine/table.md", "mine")),
        made(
            "model of others where a trained one would go",
            2,
            "was not trained here",
            TRAIN + " --resume",
            d -> d.write("trained/model/config.json", "{}")),
        made(
            "forget in a folder of others",
            2,
            "not a forget folder",
            BadRequests.forget("llm.ga"),
            d -> d.write("out/notes.txt", "mine")),
        made(
            "signing key is none",
            2,
            "signing key",
            BadRequests.forget("llm.ga"),
            d -> d.write("key.pem", "not a key")));
  }

  private static String find() {
    return "find @request.json --corpus @corpus.jsonl --out @f.jsonl";
  }

  private static Stream<BadCase> runs() {
    return Stream.of(
        trained("resume of another training", 2, "was trained otherwise", " --lr 0.5", d -> {}),
        trained(
            "resume of another run", 2, "another run", " --lr 0.5", d -> d.delete("trained/model")),
        trained("ledger altered", 4, "ledger.jsonl", "", d -> alter(d, "trained/run/ledger.jsonl")),
        trained("ledger not UTF-8", 4, "ledger.jsonl", "", BadPlaces::garble),
        made("checkpoint of another run", 4, "does not match", KEEP + " --resume", BadPlaces::swap),
        made("checkpoint truncated", 4, "ends early", KEEP + " --resume", BadPlaces::cut),
        trained(
            "training record altered",
            4,
            "palimpsest.json",
            "",
            d -> d.write("trained/model/palimpsest.json", "{}")));
  }

  private static Stream<BadCase> dossiers() {
    return Stream.of(
        made("dossier missing", 2, "not a folder", "verify @nowhere", d -> {}),
        made("dossier is none", 4, "is rejected", "verify @model", d -> {}),
        made(
            "dossier is empty", 4, "is rejected", "verify @empty/x", d -> d.write("empty/x/y", "")),
        made("trusted key missing", 2, "trusted key", "verify @model --key @none.pem", d -> {}),
        made("trusted key is none", 2, "trusted key", "verify @model --key @corpus.jsonl", d -> {}),
        made(
            "certify of no forget folder",
            2,
            "not a forget folder",
            BadRequests.forget("llm.ga")
                .replace("forget @request", "certify @request")
                .replace("--out @out", "--run @model"),
            d -> {}));
  }

  private static BadCase made(
      String name, int code, String says, String line, Consumer<Desk> spoil) {
    return BadCase.of(
        name,
        code,
        says,
        d -> {
          spoil.accept(d);
          return BadCase.line(d, line);
        });
  }

  /** A training that was done, spoiled, and is resumed. */
  private static BadCase trained(
      String name, int code, String says, String options, Consumer<Desk> spoil) {
    return made(
        name,
        code,
        says,
        TRAIN + " --resume" + options,
        d -> {
          train(d, TRAIN);
          spoil.accept(d);
        });
  }

  private static void train(Desk d, String line) {
    Invocation done = Invocation.of(BadCase.line(d, line));
    if (done.code() != 0) {
      throw new IllegalStateException(done.err());
    }
  }

  private static void alter(Desk d, String file) {
    d.delete("trained/model");
    String text = new String(d.bytes(file), StandardCharsets.UTF_8);
    d.write(file, text.replaceFirst("\"step\":1", "\"step\":7"));
  }

  private static void garble(Desk d) {
    d.delete("trained/model");
    byte[] bytes = d.bytes("trained/run/ledger.jsonl");
    bytes[20] = (byte) 0xFF;
    d.write("trained/run/ledger.jsonl", bytes);
  }

  private static void swap(Desk d) {
    train(d, KEEP);
    train(d, KEEP.replace("@trained", "@other") + " --seed 3");
    d.delete("trained/model");
    d.write("trained/" + KEPT, d.bytes("other/" + KEPT));
  }

  private static void cut(Desk d) {
    train(d, KEEP);
    d.delete("trained/model");
    String state = "trained/" + KEPT;
    d.write(state, java.util.Arrays.copyOf(d.bytes(state), 1000));
  }
}
