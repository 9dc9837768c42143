package palimpsest.cli;

import java.util.stream.Stream;

/** Command lines that cannot be meant as they are written. */
final class BadOptions {
  private static final String EVALUATE = "evaluate --model @model --forget @corpus.jsonl ";
  private static final String TRAIN = "train --data @corpus.jsonl --out @out ";
  private static final String ASK = "generate --model @model --prompt Hello ";

  private BadOptions() {}

  static Stream<BadCase> all() {
    return Stream.of(words(), numbers(), benchmarks()).flatMap(s -> s);
  }

  private static Stream<BadCase> words() {
    return Stream.of(
        wrong("command unknown", "did you mean \"forget\"", "froget request.json"),
        wrong("option unknown", "did you mean \"--epochs\"", TRAIN + "--epoch 3"),
        wrong("option missing", "--out", "train --data @corpus.jsonl"),
        wrong("option twice", "--seed", TRAIN + "--seed 1 --seed 2"),
        wrong("argument too many", "surplus", "verify @model surplus"),
        wrong("benchmark missing", "benchmark", "bench"),
        wrong("method unknown", "did you mean \"llm.npo\"", BadRequests.forget("llm.npoo")),
        wrong(
            "method parameter unknown",
            "did you mean \"beta\"",
            BadRequests.forget("llm.npo:bta=1")),
        wrong(
            "method parameter no number", "not a number", BadRequests.forget("llm.npo:beta=much")),
        wrong(
            "method parameter out of range",
            "beta must be > 0",
            BadRequests.forget("llm.npo:beta=-1")),
        wrong("method twice", "given twice", BadRequests.forget("llm.ga --method llm.ga:lr=1e-4")),
        wrong("nobody decides", "--by", BadRequests.forget("llm.ga").replace("--by me ", "")),
        wrong("scope unknown", "listed, exact, found", BadRequests.forget("llm.ga --scope all")),
        wrong(
            "attack unknown",
            "unknown attack",
            "attack --model @model --original @model --forget @corpus.jsonl --attack siege"),
        wrong("guard alone", "--method", EVALUATE + "--guard @out"),
        wrong(
            "guard that is none",
            "changes weights",
            EVALUATE + "--guard @out --method llm.ga --corpus @corpus.jsonl --decision @d.json"),
        wrong("path empty", "is empty, wanted a file or folder", "apply --method llm.ga --out="),
        wrong("template unknown", "plain, chat", ASK + "--template chatty"),
        wrong("shape beside a checkpoint", "not both", TRAIN + "--start @model --width 32"),
        wrong("plan without findings", "--findings", "plan @request.json --model @model"),
        wrong(
            "decision by nobody",
            "--by",
            "plan @request.json --model @model --corpus @corpus.jsonl --decision @decision.json"));
  }

  private static Stream<BadCase> numbers() {
    return Stream.of(
        wrong("epochs zero", "epochs must be at least 1, got 0", TRAIN + "--epochs 0"),
        wrong("batch zero", "batch must be at least 1, got 0", TRAIN + "--batch 0"),
        wrong("learning rate not a number", "got NaN", TRAIN + "--lr NaN"),
        wrong("learning rate negative", "got -0.1", TRAIN + "--lr -0.1"),
        wrong("weight decay negative", "weight decay", TRAIN + "--weight-decay -1"),
        wrong("clip infinite", "clip", TRAIN + "--clip Infinity"),
        wrong("seed negative", "seed must be", TRAIN + "--seed -1"),
        wrong("checkpoints fewer than none", "got -1", TRAIN + "--keep-checkpoints -1"),
        wrong("storage misspelt", "such as 500M", TRAIN + "--keep-bytes 5X"),
        wrong("storage for no checkpoint", "one takes up to", TRAIN + "--keep-bytes 1K"),
        wrong("number misspelt", "many", TRAIN + "--epochs many"),
        wrong("number too large", "99999999999", TRAIN + "--epochs 99999999999"),
        wrong("heads that do not divide", "multiple", TRAIN + "--width 30 --heads 4"),
        wrong("vocabulary too small", "vocabulary must be at least 259", TRAIN + "--vocab 3"),
        wrong("width zero", "width must be at least 1", TRAIN + "--width 0"),
        wrong("threshold of near-duplicates", "between 0.5 and 1", find("--threshold 3")),
        wrong("least words", "at least 3", find("--min-words 1")),
        wrong("top-p above 1", "top-p must be between 0 and 1, got 2.0", ASK + "--top-p 2"),
        wrong("temperature negative", "temperature must be >= 0", ASK + "--temperature -1"),
        wrong("no samples", "samples must be at least 1", ASK + "--samples 0"),
        wrong("no new tokens", "max new tokens", ASK + "--max-new-tokens 0"),
        wrong("n-grams of one", "n of MemFree", ASK + "--protect @corpus.jsonl --n 1"),
        wrong(
            "no relearning rate",
            "relearn-lr must be > 0",
            "attack --model @model --original @model --forget @corpus.jsonl --relearn-lr 0"),
        wrong("no standard input", "no prompt", "generate --model @model"));
  }

  private static Stream<BadCase> benchmarks() {
    String tofu = "bench tofu --data @model --out @out ";
    return Stream.of(
        wrong("benchmark without data", "full.json: no such file", tofu),
        wrong("benchmark of an unknown method", "did you mean", tofu + "--method llm.npoo"),
        wrong("benchmark of a seeded method", "seeds are", tofu + "--method llm.ga:seed=4"),
        wrong("benchmark of one method twice", "twice", tofu + "--method llm.ga --method llm.ga"),
        wrong("benchmark with a floor above 1", "between 0 and 1, got 2.0", tofu + "--floor 2"),
        wrong("benchmark without seeds", "seeds must be at least 1", tofu + "--seeds 0"),
        wrong("benchmark of part of a shape", "7 numbers, got 2", tofu + "--shape 4096,256"),
        wrong(
            "benchmark of a model and a shape",
            "not both",
            tofu + "--model @model --shape 300,16,32,1,2,1,64"),
        wrong("benchmark in no process", "processes must be at least 1", tofu + "--processes 0"),
        wrong("benchmark until never", "until must be > 0, got 0.0", tofu + "--until 0"),
        wrong("metrics of one model", "seeds must be at least 2", metrics("--seeds 1")),
        wrong("metrics of no models", "unlearned must be", metrics("--seeds 2 --unlearned 3")),
        wrong("metrics of an exact method", "unlearned model", metrics("--method exact.retrain")),
        wrong("metrics never relearned", "relearn-lr must be > 0", metrics("--relearn-lr 0")),
        wrong(
            "MUSE without data",
            "retain1.json: no such file",
            "bench muse --data @model --out @out"),
        wrong(
            "WMDP without choices",
            "corpus.jsonl:1: no \"choices\"",
            "bench wmdp --forget @corpus.jsonl --retain @corpus.jsonl --out @out"),
        wrong(
            "WMDP of few words",
            "words must be",
            "bench wmdp --forget @corpus.jsonl" + " --retain @corpus.jsonl --out @out --words 1"),
        wrong(
            "LUME without data",
            "forget.jsonl: no such file",
            "bench lume --data @model --out @out"));
  }

  private static String metrics(String option) {
    return "bench metrics --out @out " + option;
  }

  private static String find(String option) {
    return "find @request.json --corpus @corpus.jsonl " + option;
  }

  private static BadCase wrong(String name, String says, String line) {
    return BadCase.of(name, 2, says, d -> BadCase.line(d, line));
  }
}
