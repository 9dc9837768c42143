package palimpsest.engine.picture.judge;

import java.util.ArrayList;
import java.util.List;
import palimpsest.torch.picture.PictureClassifier.Reading;

/**
 * Which objects a judge is to tell: candidates are left out, one after the other, until those that
 * are left are told well enough on pictures that no result is reported on.
 *
 * <p>Each object counts alike, however few drawings it has.
 *
 * <pre>
 * told(K) = mean over objects o in K of the share of o's pictures whose most probable in K is o
 * while told(K) &lt; wanted and |K| &gt; least:  leave out the o of K with the largest told(K without o)
 * </pre>
 *
 * @param wanted share of pictures that are told
 * @param least objects that stay however badly they are told
 */
record JudgeChoice(double wanted, int least) {

  /**
   * Places of the objects that stay, in order; of equals the first is left out.
   *
   * @param readings what a judge of all candidates says of pictures
   * @param truth place of each picture's object
   * @param candidates how many objects the judge tells
   */
  List<Integer> kept(List<Reading> readings, List<Integer> truth, int candidates) {
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < candidates; i++) {
      kept.add(i);
    }
    while (kept.size() > least && told(readings, truth, kept) < wanted) {
      List<Integer> best = List.of();
      double most = -1;
      for (Integer object : kept) {
        List<Integer> others = kept.stream().filter(o -> !o.equals(object)).toList();
        double share = told(readings, truth, others);
        if (share > most) {
          most = share;
          best = others;
        }
      }
      kept = new ArrayList<>(best);
    }
    return List.copyOf(kept);
  }

  /** told(K), an object without pictures counting as one that is never told. */
  static double told(List<Reading> readings, List<Integer> truth, List<Integer> kept) {
    double sum = 0;
    for (int object : kept) {
      int all = 0;
      int right = 0;
      for (int i = 0; i < truth.size(); i++) {
        if (truth.get(i) == object) {
          double[] said = readings.get(i).objects();
          all++;
          right += kept.stream().allMatch(o -> o == object || said[o] < said[object]) ? 1 : 0;
        }
      }
      sum += all == 0 ? 0 : (double) right / all;
    }
    return sum / kept.size();
  }
}
