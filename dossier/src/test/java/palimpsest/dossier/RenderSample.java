package palimpsest.dossier;

import java.nio.file.Path;

/** Writes the sample dossier to a folder, to be looked at: run with the folder as argument. */
final class RenderSample {
  private RenderSample() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    Seal.write(
        folder,
        SampleDossier.make(),
        SampleDossier.artefacts(),
        SigningKeys.loadOrCreate(Path.of(args[0] + ".key")));
  }
}
