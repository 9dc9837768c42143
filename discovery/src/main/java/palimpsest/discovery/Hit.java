package palimpsest.discovery;

import palimpsest.api.Finding.Match;

/**
 * An occurrence before it becomes a finding.
 *
 * @param passage what was found
 * @param match how
 * @param start first UTF-16 unit in the original field
 * @param end past the last
 * @param matched words that match
 * @param aligned columns of the alignment
 * @param coverage share of the weight of what was sought that the matched words carry
 */
record Hit(
    Passage passage, Match match, int start, int end, int matched, int aligned, double coverage) {
  Hit as(Match surer) {
    return new Hit(passage, surer, start, end, matched, aligned, coverage);
  }

  double score() {
    return match == Match.NEAR_DUPLICATE ? (double) matched / aligned : 1;
  }
}
