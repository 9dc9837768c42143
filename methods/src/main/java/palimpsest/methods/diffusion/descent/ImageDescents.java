package palimpsest.methods.diffusion.descent;

import java.util.List;

/** Every method of this package, with its default hyper-parameters. */
public final class ImageDescents {
  private static final List<ImageDescent> ALL =
      List.of(
          Esd.defaults(),
          ConceptAblation.defaults(),
          SalUn.defaults(),
          Spm.defaults(),
          EraseDiff.defaults(),
          SelectiveAmnesia.defaults(),
          AdvUnlearn.defaults());

  private ImageDescents() {}

  public static List<ImageDescent> all() {
    return ALL;
  }
}
