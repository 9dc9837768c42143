package palimpsest.cli;

import java.util.List;
import java.util.Locale;
import palimpsest.api.Attack;
import palimpsest.api.Score;
import palimpsest.dossier.Attempt;

/** What attacks found, for people. */
record AttemptTable(Screen screen) {

  void print(List<Attempt> attempts) {
    for (Attempt attempt : attempts) {
      Attack.Outcome found = attempt.result();
      String state = found.broken().map(b -> b ? "BROKEN" : "holds").orElse("undecided");
      screen.heading(found.attack() + "  " + state);
      Wrapped.print(screen, "    ", found.why());
      for (Attack.Named named : found.scores()) {
        Wrapped.print(screen, "    ", named.name() + ": " + shown(named.score()));
      }
    }
  }

  private static String shown(Score score) {
    return score.fold(
        m -> String.format(Locale.ROOT, "%.4g", m.value()), n -> "not measured: " + n.reason());
  }
}
