package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plans for a training of twelve records in three slices of one step each, and for its replay
 * without the last record.
 */
class PlanRoutesCommandTest {
  private static final String NOTHING =
      "no training of this model met these records: there is nothing to remove exactly";

  @TempDir static Path folder;

  private static Desk desk;

  @BeforeAll
  static void train() {
    desk = Desk.make(folder);
    desk.run(BadPlaces.TRAIN + " --slices 3 --keep-checkpoints 2");
    desk.decide("corpus.jsonl#12");
    desk.run(
        "apply --method exact.replay --model @trained/model --corpus @corpus.jsonl"
            + " --decision @decision.json --out @replay");
  }

  private static String plan(String run, String corpus) {
    return "plan @request.json --scope listed --model @" + run + "/model --corpus @" + corpus;
  }

  private static String told(String run, String corpus) {
    String out = desk.run(plan(run, corpus)).out();
    assertThat(out.lines()).allMatch(line -> line.length() <= 80);
    return out.replaceAll("\\s+", " ");
  }

  @Test
  void plan_ofSlices_hasARowForEachFirstStep_theCheapestFirst() throws IOException {
    desk.ask("corpus.jsonl#1", "corpus.jsonl#6", "corpus.jsonl#11", "corpus.jsonl#12");
    Files.writeString(desk.path("trained/run/pace.json"), "{\"seconds\":5.0,\"steps\":10}");

    assertThat(told("trained", "corpus.jsonl"))
        .startsWith("4 records in scope The cheapest exact path of each record, were it the only")
        .containsPattern("2 1 [0-9.E-]+ s exact.replay from the checkpoint of step 2 1 2 ")
        .containsPattern(" 1 2 [0-9.E-]+ s exact.replay from the checkpoint of step 1 1 3 ")
        .containsPattern(" 1 3 [0-9.E-]+ s exact.re[a-z]+ from the first weights All together")
        .containsPattern("All together, by exact.re[a-z]+: 3 steps")
        .doesNotContain("nothing to");
  }

  @Test
  void plan_ofARecordThatIsOutAlready_saysSoFirst_andOffersNothingExact() {
    desk.ask("corpus.jsonl#12");

    assertThat(told("replay", "corpus.jsonl"))
        .startsWith("1 record in scope " + NOTHING)
        .contains("exact.replay does not fit " + NOTHING, "exact.retrain does not fit " + NOTHING)
        .doesNotContain("The cheapest exact path", "All together");
    JsonNode json = desk.json(plan("replay", "corpus.jsonl") + " --json");
    assertThat(json.get("remedies").findValuesAsText("method"))
        .contains("guard.memfree")
        .noneMatch(method -> method.startsWith("exact."));
    desk.run("find @request.json --corpus @corpus.jsonl --out @f.jsonl");
    String blind = "plan @request.json --scope listed --model @replay/model --findings @f.jsonl";
    assertThat(desk.run(blind).out().replaceAll("\\s+", " ")).contains("in scope " + NOTHING);
    assertThat(
            desk.fail(
                2,
                "forget @request.json --model @replay/model --corpus @corpus.jsonl --scope listed"
                    + " --by me --reason because --key @key.pem --method exact.replay --out @out"))
        .contains("exact.replay does not fit this request: " + NOTHING);
  }

  @Test
  void plan_ofOneThatIsOutAndOneThatIsNot_countsThemApart() {
    desk.ask("corpus.jsonl#11", "corpus.jsonl#12");

    assertThat(told("replay", "corpus.jsonl"))
        .contains("1 1 ", "exact.replay from the checkpoint of step 2")
        .contains("1 record more: no training of this model met what stands there")
        .doesNotContain(NOTHING);
  }

  /** Of the corpus without its last line but one, the last has the number of that. */
  @Test
  void plan_onAFileThatHasChangedSince_doesNotTakeNumbersForRecords() {
    String[] lines = text().split("(?<=\n)", -1);
    desk.decide("corpus.jsonl#11");
    desk.run(
        "apply --method exact.replay --model @trained/model --corpus @corpus.jsonl"
            + " --decision @decision.json --out @other");
    desk.write("short/corpus.jsonl", text().replace(lines[10], ""));
    desk.ask("corpus.jsonl#11");

    assertThat(told("other", "short/corpus.jsonl"))
        .contains("1 1 ", "exact.replay from the checkpoint of step 2")
        .contains("exact.retrain does not fit the corpus given is not the one")
        .doesNotContain("nothing to");
  }

  /** The text was met under another name, which only its owner knows. */
  @Test
  void plan_onAFileThatWasRenamed_doesNotSayThatItWasNotMet() {
    desk.write("renamed.jsonl", text());
    desk.ask("renamed.jsonl#12");

    assertThat(told("trained", "renamed.jsonl"))
        .contains("exact.replay does not fit", "of which the corpus given has 0")
        .contains("exact.retrain does not fit the corpus given is not the one")
        .doesNotContain("nothing to");
  }

  private static String text() {
    return new String(desk.bytes("corpus.jsonl"), StandardCharsets.UTF_8);
  }
}
