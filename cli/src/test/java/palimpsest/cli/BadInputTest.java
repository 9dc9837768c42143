package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a person gives: one line on standard error, the documented exit code, no stack trace,
 * and nothing that was there is changed.
 */
class BadInputTest {
  @TempDir Path folder;

  static Stream<BadCase> cases() {
    return Stream.of(BadModels.all(), BadRequests.all(), BadOptions.all(), BadPlaces.all())
        .flatMap(s -> s);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void badInput_isToldInOneLine_andNothingIsOverwritten(BadCase bad) {
    Desk desk = Desk.make(folder);
    List<String> arguments = bad.arguments().apply(desk);
    Map<String, ByteBuffer> before = desk.snapshot();

    Invocation run = Invocation.of(arguments);

    List<String> told = run.err().lines().filter(line -> line.startsWith("palimpsest: ")).toList();
    assertThat(told).as(run.err()).hasSize(1);
    assertThat(run.err()).endsWith(told.get(0) + System.lineSeparator());
    assertThat(told.get(0)).contains(bad.says()).hasSizeLessThan(500);
    assertThat(run.err()).doesNotContain("\tat ").doesNotContain("Exception");
    assertThat(run.code()).isEqualTo(bad.code());
    Map<String, ByteBuffer> after = desk.snapshot();
    assertThat(after).containsAllEntriesOf(before);
    assertThat(after.keySet()).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void cases_haveNamesOfTheirOwn_andAreMany() {
    assertThat(cases().map(BadCase::name)).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(40);
  }

  @Test
  void desk_asItIs_isAccepted() throws IOException {
    Desk desk = Desk.make(folder);

    assertThat(Invocation.of(BadCase.line(desk, "generate --model @model --prompt Hello")).code())
        .isZero();
    assertThat(
            Invocation.of(BadCase.line(desk, "find @request.json --corpus @corpus.jsonl")).code())
        .isZero();
    assertThat(Invocation.of(BadCase.line(desk, BadPlaces.TRAIN)).code()).isZero();
    assertThat(Invocation.of(BadCase.line(desk, BadPlaces.TRAIN + " --resume")).code()).isZero();
  }
}
