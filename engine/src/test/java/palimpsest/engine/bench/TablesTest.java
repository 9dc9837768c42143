package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tables of a grid of two rows, written out. */
class TablesTest {
  private static final List<Benchmark.Column> COLUMNS =
      List.of(
          Benchmark.Column.of("gap", Values.GAP),
          new Benchmark.Column("FQ p", "fq", true),
          Benchmark.Column.of("ES", "es"));

  private static final Report.Row ORIGINAL =
      new Report.Row(
          "forget10",
          "original",
          "",
          1,
          1,
          Optional.empty(),
          Optional.empty(),
          Map.of(Values.GAP, new Spread(1, Optional.empty(), 1)),
          Map.of(),
          List.of(),
          Map.of());

  private static final Report.Row METHOD =
      new Report.Row(
          "forget10",
          "llm.x",
          "llm.x:lr=1e-4,beta=2",
          2,
          3,
          Optional.of(false),
          Optional.of(new Spread(123.4, Optional.empty(), 1)),
          Map.of(
              Values.GAP,
              new Spread(0.25, Optional.of(0.0125), 2),
              "fq/log10 p",
              new Spread(-20, Optional.of(1.0), 2),
              "es",
              new Spread(0.00002, Optional.of(0.0), 2)),
          Map.of(),
          List.of("loss is | not finite"),
          Map.of("es", List.of("saturated: read log10 p")));

  private static final Report.Grid GRID =
      new Report.Grid(
          Report.Grid.FORMAT,
          "tofu",
          "2 of at most 4 cells done",
          "The rule.",
          0.8,
          Optional.of(0.4),
          "u",
          List.of("a", "b"),
          List.of("0.1 abc1234"),
          Map.of(),
          List.of(
              new Report.Tried(
                  "llm.x",
                  "llm.x:lr=1e-4,beta=2",
                  Optional.of(0.3),
                  Optional.of(0.5),
                  Optional.empty(),
                  true,
                  true),
              new Report.Tried(
                  "llm.x",
                  "llm.x:lr=1",
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of("diverged"),
                  false,
                  false)),
          List.of(ORIGINAL, METHOD));

  @Test
  void markdown_isThis() {
    assertThat(String.join("\n", new Tables(COLUMNS, GRID, true).markdown()))
        .isEqualTo(
            """
            # tofu

            2 of at most 4 cells done.

            ## forget10

            | model | parameters | seeds | floor | seconds | gap | FQ p | ES |
            |---|---|---:|---|---:|---:|---:|---:|
            | original |  |  |  |  | 1.000 | - | - |
            | llm.x [1] | lr=1e-4,beta=2 | 2 of 3 | below | 123 | 0.250 ± 0.013 | 1.00e-20 | 2.00e-05 ± 0 [2] |

            ## Search

            Floor: utility of at least 0.400, 0.800 times the original's.

            | candidate | utility | gap | |
            |---|---:|---:|---|
            | llm.x:lr=1e-4,beta=2 | 0.300 | 0.500 | taken, at the highest rate tried |
            | llm.x:lr=1 | - | - | diverged |

            ±: half the 95 % interval over seeds by Student's t. A dash: not measured. Gap: mean
            over a, b of
            |model - t| / |original - t|, t being 0 or chance, as there is no reference. Utility:\s
            u on the splits forget and retain alone.
            A metric whose denominator is less than 0.01 is left out.

            The rule.

            trade-off.svg has the means: filled circles are on the Pareto front, the square is the
            original, the dashed line the floor.

            Made by 0.1 abc1234; each cell's own provenance says which.

            [1] llm.x failed: loss is   not finite \s
            [2] es: saturated: read log10 p \s""");
  }

  /** What the gap goes to is said as it is. */
  @Test
  void markdown_withAReference_namesIt() {
    Report.Row reference =
        new Report.Row(
            "forget10",
            Report.REFERENCE,
            "",
            1,
            1,
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Map.of(),
            List.of(),
            Map.of());
    Report.Grid grid =
        new Report.Grid(
            Report.Grid.FORMAT,
            "tofu",
            "",
            "",
            0.8,
            Optional.empty(),
            "u",
            List.of("a"),
            List.of(),
            Map.of(),
            List.of(),
            List.of(ORIGINAL, reference));
    assertThat(String.join("\n", new Tables(COLUMNS, grid, true).markdown()))
        .contains("|model - reference| / |original - reference|; 0 is like the reference.")
        .contains("the diamond the reference");
    assertThat(String.join("\n", new Tables(COLUMNS, grid, false).markdown()))
        .doesNotContain("trade-off");
  }

  @Test
  void csv_isThis() {
    assertThat(new Tables(COLUMNS, GRID, true).csv())
        .containsExactly(
            "set,model,spec,seeds,floor,seconds,grid.gap,grid.gap ±,fq,fq ±,es,es ±",
            "forget10,original,,1,,,1.0,,,,,",
            "forget10,llm.x,\"llm.x:lr=1e-4,beta=2\",2,below,123.4,0.25,0.0125,1.0E-20,,2.0E-5,0.0");
  }
}
