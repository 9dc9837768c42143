package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A dossier on a replay of the last of three steps, done again by a stranger with what its owner
 * hands over.
 */
class VerifyReplayTest {
  private static final String TRAIN = BadPlaces.TRAIN + " --slices 3 --keep-checkpoints 2";
  private static final String FORGET =
      "forget @request.json --model @trained/model --corpus @corpus.jsonl --scope listed --by me"
          + " --reason because --key @key.pem --max-new-tokens 2 --method exact.replay --out @out";
  private static final String VERIFY =
      "verify @out/dossier --replay @check --model @owner/model --corpus @corpus.jsonl";

  @TempDir static Path folder;

  private static Desk desk;

  @BeforeAll
  static void forget() {
    desk = Desk.make(folder);
    desk.ask("corpus.jsonl#12");
    desk.run(TRAIN);
    desk.run(FORGET);
  }

  @BeforeEach
  void handOver() {
    for (String used : List.of("owner", "check")) {
      if (desk.path(used).toFile().exists()) {
        desk.delete(used);
      }
    }
    for (String name : desk.snapshot().keySet()) {
      if (name.startsWith("trained/")) {
        desk.write(name.replaceFirst("trained/", "owner/"), desk.bytes(name));
      }
    }
  }

  private static String flat(String out) {
    return out.replaceAll("\\s+", " ");
  }

  @Test
  void verify_doesAllStepsAgain_andTellsWhatItConfirmed() {
    Invocation run = desk.run(VERIFY);

    String digest = desk.tree("out/remedies/exact.replay/applied.json").get("after").asText();
    assertThat(flat(run.out()))
        .contains("pass replay exact.replay: 3 steps done again give the weights of the dossier, ")
        .contains(digest, " accepted: ")
        .doesNotContain("taken as they are");
    assertThat(desk.path("check/outcome-0/model/model.safetensors")).isNotEmptyFile();
    assertThat(desk.fail(2, VERIFY))
        .contains("check is not empty: give --resume to go on with it, or another --replay");
    assertThat(flat(desk.run(VERIFY + " --resume").out())).contains("pass replay ");
  }

  @Test
  void verify_trustingCheckpoints_takesTheLastStepAlone_andSaysWhatItTook() {
    assertThat(flat(desk.run(VERIFY + " --trust-checkpoints").out()))
        .contains("pass replay exact.replay: 1 step")
        .contains("; taken as they are: the owner's checkpoints");
  }

  @Test
  void verify_ofAnotherModel_isRefused() {
    byte[] weights = desk.bytes("owner/model/model.safetensors");
    weights[weights.length - 1] = (byte) (weights[weights.length - 1] ^ 1);
    desk.write("owner/model/model.safetensors", weights);

    assertThat(desk.fail(2, VERIFY)).contains("is not the original that the dossier speaks of");
  }

  @Test
  void verify_onAManifestOfOtherWeights_rejects() {
    String manifest = text("owner/model/palimpsest.json");
    String digest = desk.tree("owner/model/palimpsest.json").get("weights").asText();
    desk.write("owner/model/palimpsest.json", manifest.replace(digest, "0".repeat(64)));

    assertThat(desk.fail(4, VERIFY)).contains("is rejected: replay: ", "are not of one training");
  }

  /** The mistake is the verifier's: of another text, of fewer records, or of another order. */
  @Test
  void verify_withAnotherCorpus_isRefusedAndRejectsNothing() {
    String corpus = text("corpus.jsonl");
    List<String> lines = new ArrayList<>(corpus.lines().toList());
    Collections.reverse(lines);
    for (String other :
        List.of(
            corpus.replace("In house 105.", "In house 5."),
            corpus.substring(0, corpus.indexOf('\n') + 1),
            String.join("\n", lines) + "\n")) {
      desk.write("other/corpus.jsonl", other);
      String line = VERIFY.replace("@corpus.jsonl", "@other/corpus.jsonl");
      assertThat(desk.fail(2, line))
          .contains("corpus.jsonl", "the dossier speaks of")
          .doesNotContain("rejected");
    }
    assertThat(desk.fail(2, "verify @out/dossier --replay @check --model @owner/model"))
        .contains("--corpus");
  }

  /** What was trained without vector instructions is taken over here, and then done again here. */
  @Test
  void verify_ofStepsThatAnotherMachineTook_endsWith7() throws Exception {
    assumeThat(System.getProperty("os.arch")).as("kernels are named so").isEqualTo("amd64");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "palimpsest.cli.Main"));
    command.addAll(BadCase.line(desk, TRAIN.replace("@trained", "@there")));
    ProcessBuilder there = new ProcessBuilder(command).redirectErrorStream(true);
    there.redirectOutput(folder.resolve("there.txt").toFile());
    there.environment().put("ATEN_CPU_CAPABILITY", "default");
    there.environment().put("OPENBLAS_CORETYPE", "NEHALEM");
    Process process = there.start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(text("there.txt")).isZero();

    String here = FORGET.replace("@trained", "@there").replace("@out", "@elsewhere");
    assertThat(desk.run(here).err()).contains("Not bit for bit the run without the records");
    String verify = VERIFY.replace("@out", "@elsewhere").replace("@owner", "@there");
    Invocation run = Invocation.of(BadCase.line(desk, verify));
    assertThat(run.code()).as(run.err()).isEqualTo(7);
    assertThat(flat(run.out()))
        .contains("not done replay exact.replay: the same procedure, but digests cannot be")
        .contains(" cpu: then ", "not rejected, and not confirmed")
        .doesNotContain("FAIL", "accepted: ");
    desk.delete("check");
    assertThat(desk.fail(7, verify)).contains("not confirmed", " cpu: then ");
    desk.delete("check");
    assertThat(flat(desk.run(verify + " --trust-checkpoints").out())).contains("pass replay ");
  }

  private static String text(String name) {
    return new String(desk.bytes(name), StandardCharsets.UTF_8);
  }
}
