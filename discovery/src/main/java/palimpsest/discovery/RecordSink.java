package palimpsest.discovery;

import palimpsest.api.Example;
import palimpsest.api.Place;

/** Takes the records of a file as they are read. */
@FunctionalInterface
interface RecordSink {
  void accept(Place place, String prompt, String completion, Example.Probe probe);
}
