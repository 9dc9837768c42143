package palimpsest.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that can be done about a request.
 *
 * @param method id of the method, such as {@code llm.npo}, and what was chosen beside it, such as
 *     {@code llm.npo+gru}
 * @param guarantee the class that the method declares
 * @param parameters the method's hyper-parameters, by name
 * @param steps estimated optimiser steps; 0 where nothing is trained
 * @param cost what an exact method takes besides, for all records of the request together; absent
 *     for others
 * @param cannotShow what a reader must not conclude from this remedy, at least one line
 */
public record Remedy(
    String method,
    Guarantee guarantee,
    Map<String, Double> parameters,
    int steps,
    Optional<Cost> cost,
    List<String> cannotShow) {
  public Remedy {
    parameters = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(parameters));
    cannotShow = List.copyOf(cannotShow);
  }

  /** One of which no more is told than its steps. */
  public Remedy(
      String method,
      Guarantee guarantee,
      Map<String, Double> parameters,
      int steps,
      List<String> cannotShow) {
    this(method, guarantee, parameters, steps, Optional.empty(), cannotShow);
  }

  /** The same under another name. */
  public Remedy called(String name) {
    return new Remedy(name, guarantee, parameters, steps, cost, cannotShow);
  }
}
