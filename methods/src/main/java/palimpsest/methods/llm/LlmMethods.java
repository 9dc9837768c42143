package palimpsest.methods.llm;

import java.util.List;
import palimpsest.api.Method;

/** Every method of this package, with its default hyper-parameters. */
public final class LlmMethods {
  private static final List<Method> ALL =
      List.of(
          GradientAscent.defaults(),
          GradDiff.defaults(),
          Npo.defaults(),
          SimNpo.defaults(),
          WeightedAscent.defaults(),
          SatImp.defaults(),
          Tnpo.defaults(),
          Wtnpo.defaults(),
          KlMinimisation.defaults(),
          MaxEntropy.defaults(),
          Undial.defaults(),
          CeU.defaults(),
          Pdu.defaults(),
          Dpo.defaults(),
          AltPo.defaults(),
          Kto.defaults(),
          Refusal.defaults(),
          IdkAp.defaults(),
          Flat.defaults(),
          Rmu.defaults(),
          AdaptiveRmu.defaults(),
          TaskVector.defaults(),
          Undo.defaults(),
          Lunar.defaults());

  private LlmMethods() {}

  public static List<Method> all() {
    return ALL;
  }
}
