package palimpsest.engine;

import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Suggest;
import palimpsest.guard.MemFree;
import palimpsest.methods.exact.Retrain;
import palimpsest.methods.llm.AdaptiveRmu;
import palimpsest.methods.llm.AltPo;
import palimpsest.methods.llm.CeU;
import palimpsest.methods.llm.Dpo;
import palimpsest.methods.llm.Flat;
import palimpsest.methods.llm.GradDiff;
import palimpsest.methods.llm.GradientAscent;
import palimpsest.methods.llm.IdkAp;
import palimpsest.methods.llm.KlMinimisation;
import palimpsest.methods.llm.Kto;
import palimpsest.methods.llm.Lunar;
import palimpsest.methods.llm.MaxEntropy;
import palimpsest.methods.llm.Npo;
import palimpsest.methods.llm.Pdu;
import palimpsest.methods.llm.Refusal;
import palimpsest.methods.llm.Rmu;
import palimpsest.methods.llm.SatImp;
import palimpsest.methods.llm.SimNpo;
import palimpsest.methods.llm.TaskVector;
import palimpsest.methods.llm.Tnpo;
import palimpsest.methods.llm.Undial;
import palimpsest.methods.llm.Undo;
import palimpsest.methods.llm.WeightedAscent;
import palimpsest.methods.llm.Wtnpo;
import palimpsest.methods.suppression.Eco;
import palimpsest.methods.suppression.InContext;
import palimpsest.methods.suppression.Uld;
import palimpsest.methods.suppression.Whp;

/** Every method that comes with Palimpsest, with its default hyper-parameters. */
public final class BuiltInMethods {
  private static final List<Method> ALL =
      List.of(
          Retrain.defaults(),
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
          Lunar.defaults(),
          MemFree.Order.defaults(),
          Whp.defaults(),
          Uld.defaults(),
          InContext.defaults(),
          Eco.defaults());

  private BuiltInMethods() {}

  /** Strongest guarantee first. */
  public static List<Method> all() {
    return ALL;
  }

  /**
   * The method of that id.
   *
   * @throws InvalidRequest if there is none, naming the nearest
   */
  public static Method byId(String id) {
    return ALL.stream()
        .filter(m -> m.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidRequest(
                    "unknown method \""
                        + id
                        + "\""
                        + Suggest.nearest(id, ALL.stream().map(Method::id).toList())));
  }
}
