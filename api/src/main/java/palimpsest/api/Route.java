package palimpsest.api;

import java.util.List;

/**
 * Records of a request of which each, were it the only one, had this as its cheapest exact path.
 *
 * @param method id of the exact method, such as {@code exact.replay}
 * @param steps optimiser steps for one of the records alone
 * @param cost what else one of them alone takes
 * @param records their ids, sorted; at least one
 */
public record Route(String method, int steps, Cost cost, List<String> records) {
  public Route {
    Check.atLeast(steps, 0, "steps of a route");
    Check.atLeast(records.size(), 1, "records of a route");
    records = List.copyOf(records);
  }
}
