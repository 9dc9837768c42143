package palimpsest.engine;

import java.util.List;
import palimpsest.api.Attack;
import palimpsest.api.Explanation;
import palimpsest.api.Score;
import palimpsest.dossier.Attempt;

/** Shortens what is explained down to every example: the whole is in files enclosed beside it. */
public final class Brief {
  private static final int PARTS = 40;
  private static final int TRANSCRIPTS = 100;

  private Brief() {}

  public static Score of(Score score) {
    return score instanceof Score.Measured m
        ? new Score.Measured(of(m.because()), m.warnings())
        : score;
  }

  public static List<Attempt> of(List<Attempt> attempts) {
    return attempts.stream()
        .map(a -> new Attempt(a.version(), a.meaning(), of(a.result())))
        .toList();
  }

  private static Attack.Outcome of(Attack.Outcome o) {
    return new Attack.Outcome(
        o.attack(),
        o.broken(),
        o.why(),
        o.scores().stream().map(n -> new Attack.Named(n.name(), of(n.score()))).toList(),
        o.curves(),
        o.transcripts().stream().limit(TRANSCRIPTS).toList());
  }

  private static Explanation of(Explanation e) {
    int parts = e.from().size();
    String what =
        parts <= PARTS
            ? e.what()
            : e.what() + " (the first " + PARTS + " of " + parts + "; all are enclosed)";
    return new Explanation(what, e.value(), e.from().stream().limit(PARTS).map(Brief::of).toList());
  }
}
