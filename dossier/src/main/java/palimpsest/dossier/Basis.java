package palimpsest.dossier;

import java.util.List;
import java.util.Optional;

/**
 * What a training that was done again rests on, beside the data that it was done with.
 *
 * @param start name of a checkpoint that it goes back to and of which it is not known what it had
 *     seen; empty where all goes back to drawn weights
 * @param elsewhere how the machine differs from that of the steps which were taken over; empty
 *     where the result is bit for bit that of the run from the start
 */
public record Basis(Optional<String> start, List<String> elsewhere) {
  public Basis {
    elsewhere = List.copyOf(elsewhere);
  }
}
