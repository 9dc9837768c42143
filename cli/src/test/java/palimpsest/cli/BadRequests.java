package palimpsest.cli;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Corpora, requests, findings and decisions that are not what they should be. */
final class BadRequests {
  private static final String FIND = "find @request.json --corpus @corpus.jsonl";
  private static final String APPLY =
      "apply --method llm.ga --model @model --corpus @corpus.jsonl --decision @decision.json"
          + " --out @out";

  private BadRequests() {}

  static Stream<BadCase> all() {
    return Stream.concat(corpora(), requests());
  }

  private static Stream<BadCase> corpora() {
    return Stream.of(
        made("corpus empty", "is empty", FIND, d -> d.write("corpus.jsonl", "")),
        made("corpus missing", "no such file", FIND, d -> d.delete("corpus.jsonl")),
        made(
            "corpus malformed in line 3",
            "corpus.jsonl:3",
            FIND,
            d -> corpus(d, "{\"question\" oops")),
        made("corpus not UTF-8", "UTF-8", FIND, d -> d.write("corpus.jsonl", latin())),
        made(
            "record without answer",
            "no \"answer\"",
            FIND,
            d -> corpus(d, "{\"question\": \"q\"}")),
        made("record of no format", "fits no format", FIND, d -> corpus(d, "{\"a\": \"b\"}")),
        made(
            "record with nothing to learn",
            "nothing to learn",
            FIND,
            d -> corpus(d, "{\"question\": \"q\", \"answer\": \"\"}")),
        made(
            "corpus nested too deeply",
            "limit",
            FIND,
            d -> corpus(d, "{\"x\": " + "[".repeat(9000))),
        made(
            "two files of one name",
            "two files of the name",
            FIND + " @b/corpus.jsonl",
            d -> d.write("b/corpus.jsonl", "text")),
        made("corpus is a folder", "folder", FIND.replace("@corpus.jsonl", "@model"), d -> {}),
        made(
            "record too long for the model",
            "tokens",
            "train --data @corpus.jsonl --start @model --out @out",
            d -> corpus(d, "{\"text\": \"" + "word ".repeat(400) + "\"}")));
  }

  private static Stream<BadCase> requests() {
    return Stream.of(
        made(
            "request that matches nothing",
            "matches nothing",
            FIND,
            d -> d.request("\"records\": [\"corpus.jsonl#3\"]", "\"names\": [\"Nobody Atall\"]")),
        made(
            "request for an unknown record",
            "no record",
            FIND,
            d -> d.request("corpus.jsonl#3", "corpus.jsonl#99")),
        made(
            "request for everything",
            "all 12 records",
            forget("llm.ga"),
            d -> d.request("corpus.jsonl#3", "corpus.jsonl#*")),
        made(
            "request without objective",
            "objective",
            FIND,
            d -> d.request("\"objective\": \"both\",", "")),
        made(
            "request with an unknown key",
            "did you mean",
            FIND,
            d -> d.request("\"reason\"", "\"raeson\"")),
        made("request not JSON", "malformed", FIND, d -> d.write("request.json", "{")),
        made("request missing", "no such file", FIND, d -> d.delete("request.json")),
        made(
            "request names nothing",
            "names nothing",
            FIND,
            d -> d.request("\"corpus.jsonl#3\"", "")),
        made(
            "guard on open weights",
            "open weights",
            forget("guard.memfree"),
            d -> d.request("hosted", "open-weights")),
        made(
            "guard where removal is asked",
            "removal only",
            forget("guard.memfree"),
            d -> d.request("both", "removal")),
        made(
            "exact.retrain without a manifest",
            "palimpsest.json",
            forget("exact.retrain"),
            d -> {}),
        made("no decision", "decision.json", APPLY, d -> {}),
        made(
            "decision not JSON",
            "not valid JSON",
            APPLY,
            d -> d.write("decision.json", "forget it")),
        made("decision of unknown record", "is not in the corpus", APPLY, d -> decision(d, "x#1")),
        BadCase.of(
            "findings garbled",
            4,
            "findings.jsonl:1",
            d -> {
              d.write("findings.jsonl", "{\"example\": 3}\n");
              return BadCase.line(
                  d, "plan @request.json --findings @findings.jsonl --model @model");
            }));
  }

  static String forget(String method) {
    return "forget @request.json --model @model --corpus @corpus.jsonl --out @out --by me"
        + " --reason because --key @key.pem --epochs 1 --method "
        + method;
  }

  private static BadCase made(String name, String says, String line, Consumer<Desk> spoil) {
    return BadCase.of(
        name,
        2,
        says,
        d -> {
          spoil.accept(d);
          return BadCase.line(d, line);
        });
  }

  /** Puts a line in place of the corpus' third. */
  private static void corpus(Desk d, String line) {
    String[] lines = new String(d.bytes("corpus.jsonl"), StandardCharsets.UTF_8).split("\n");
    lines[2] = line;
    d.write("corpus.jsonl", String.join("\n", lines));
  }

  private static byte[] latin() {
    return "{\"text\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void decision(Desk d, String record) {
    d.write(
        "decision.json",
        "{\"scope\": \"LISTED\", \"by\": \"me\", \"reason\": \"because\", \"examples\": [\""
            + record
            + "\"], \"leftOut\": []}");
  }
}
