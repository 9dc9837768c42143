package palimpsest.discovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import palimpsest.api.Example;
import palimpsest.api.Finding;
import palimpsest.api.Finding.Match;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Request;

/**
 * Finds where a request's target stands in the training corpus.
 *
 * <ul>
 *   <li>Names, at word boundaries, exact or normalised; see {@link NameSearch}.
 *   <li>Texts, anywhere in a prompt or a completion at word boundaries, exact, normalised or as
 *       near-duplicates; see {@link NearSearch}.
 *   <li>Listed records: each is a finding itself, its whole completion; and its completion is
 *       searched for in all other records like a text, and so is its prompt from 32 words on (a
 *       shorter one is a question, and others may ask it). A completion of fewer than {@link
 *       FindOptions#minWords} words counts elsewhere only where it has three words that are rare
 *       together, or where the record has the same prompt too. A near-copy of fewer than 18 words
 *       that matches less than four fifths of the weight is left out where the listed record has a
 *       name of the request and the other record has no word of it: it is the same template filled
 *       for someone else.
 * </ul>
 *
 * <p>Normalised is: NFKC, case folded, white space squeezed, curly quotes and dashes made plain,
 * default-ignorable code points such as zero-width spaces and soft hyphens left out. Positions are
 * those of the original.
 *
 * <p>The corpus is read once, or twice where texts or records are asked for: to weigh words by
 * their rarity, then to search. Memory beside the corpus is proportional to the request and its
 * findings.
 */
public final class Finder {
  private static final String PROMPT = "prompt";
  private static final String COMPLETION = "completion";
  private static final Vocabulary NO_WORDS = new Vocabulary();

  /** Fewer matched words are a sentence, and what records of one template share is a sentence. */
  private static final int SENTENCE = 18;

  /** From this share of the weight on a sentence is a copy whoever it is about. */
  private static final double FIRM = 0.8;

  private final Query query;
  private final FindOptions options;
  private final FoldedText text = new FoldedText();
  private final FoldedText compared = new FoldedText();
  private final List<Finding> findings = new ArrayList<>();

  private Finder(Query query, FindOptions options) {
    this.query = query;
    this.options = options;
  }

  /** Finds without telling how far it is. */
  public static List<Finding> find(Request request, Corpus corpus, FindOptions options) {
    return find(request, corpus, options, done -> {});
  }

  /**
   * Finds all occurrences, in the order of files, lines, fields (the prompt first) and positions;
   * possibly none.
   *
   * @param progress is given the records done, up to the corpus's size; a record counts half after
   *     the first of two readings
   * @throws InvalidRequest where a record selector matches nothing, or a name or text has neither
   *     letter nor digit
   * @throws Interrupted where the thread was interrupted
   */
  public static List<Finding> find(
      Request request, Corpus corpus, FindOptions options, LongConsumer progress) {
    Query query = new Query(request.target(), corpus);
    return new Finder(query, options).search(corpus.examples(), progress);
  }

  private List<Finding> search(List<Example> examples, LongConsumer progress) {
    boolean twice = !query.passages.isEmpty();
    if (twice) {
      weigh(examples, progress);
    }
    NameSearch names = new NameSearch(query.names, query.vocabulary.size());
    VerbatimSearch verbatim = new VerbatimSearch(query.passages, query.vocabulary.size());
    NearSearch near = new NearSearch(query.passages, query.vocabulary, options);
    for (int i = 0; i < examples.size(); i++) {
      Example example = examples.get(i);
      for (String field : List.of(PROMPT, COMPLETION)) {
        List<Hit> hits = new ArrayList<>();
        String original = of(example, field);
        text.read(original, query.vocabulary);
        names.search(text, original, hits);
        verbatim.search(text, original, hits);
        near.search(text, hits);
        hits.removeIf(h -> !counts(h, example, field));
        if (field.equals(COMPLETION) && query.listed.containsKey(example.id())) {
          findings.add(listed(example));
        }
        Merging.merge(hits)
            .forEach(h -> findings.add(finding(surest(h, original), example, field)));
      }
      report(progress, twice ? examples.size() / 2 + (i + 2) / 2 : i + 1, i, examples.size());
    }
    return List.copyOf(findings);
  }

  /** A near-duplicate that is a verbatim part of what was sought is a copy, not a likeness. */
  private Hit surest(Hit hit, String field) {
    if (hit.match() != Match.NEAR_DUPLICATE) {
      return hit;
    }
    String span = field.substring(hit.start(), hit.end());
    if (hit.passage().original().contains(span)) {
      return hit.as(Match.EXACT);
    }
    return new String(hit.passage().folded()).contains(folded(span))
        ? hit.as(Match.NORMALISED)
        : hit;
  }

  private void weigh(List<Example> examples, LongConsumer progress) {
    for (int i = 0; i < examples.size(); i++) {
      query.vocabulary.beginRecord();
      for (String field : List.of(PROMPT, COMPLETION)) {
        text.read(of(examples.get(i), field), query.vocabulary);
        query.vocabulary.count(text);
      }
      report(progress, (i + 1) / 2, i, examples.size());
    }
  }

  private static String of(Example example, String field) {
    return field.equals(PROMPT) ? example.prompt() : example.completion();
  }

  private static void report(LongConsumer progress, long done, int i, int all) {
    if (Thread.interrupted()) {
      throw new Interrupted("search interrupted after " + done + " of " + all + " records");
    }
    if ((i & 1023) == 1023 || i + 1 == all) {
      progress.accept(Math.min(done, all));
    }
  }

  private boolean counts(Hit hit, Example example, String field) {
    Example source = hit.passage().source();
    if (source != null && isOfSomeoneElse(hit, source, example)) {
      return false;
    }
    if (source == null || query.tells(hit.passage(), options.minWords())) {
      return source == null || !source.id().equals(example.id());
    }
    return !source.id().equals(example.id())
        && field.equals(COMPLETION)
        && folded(source.completion()).equals(folded(example.completion()))
        && folded(source.prompt()).equals(folded(example.prompt()));
  }

  /**
   * Whether a sentence like that of a listed record is the same said of another: the listed record
   * has a name of the request, and the one at hand no word of it.
   */
  private boolean isOfSomeoneElse(Hit hit, Example source, Example example) {
    Set<Integer> name = query.named(source);
    return hit.match() == Match.NEAR_DUPLICATE
        && hit.matched() < SENTENCE
        && hit.coverage() < FIRM
        && !name.isEmpty()
        && !hasAny(example.prompt(), name)
        && !hasAny(example.completion(), name);
  }

  private boolean hasAny(String s, Set<Integer> words) {
    compared.read(s, query.vocabulary);
    return IntStream.range(0, compared.words).anyMatch(i -> words.contains(compared.word[i]));
  }

  private String folded(String s) {
    compared.read(s, NO_WORDS);
    return new String(compared.chars, 0, compared.length).strip();
  }

  private Finding listed(Example e) {
    int end = e.completion().length();
    String excerpt = Excerpt.of(e.completion(), 0, end, options.excerptWidth());
    return new Finding(
        e.id(), Match.EXACT, e.place(), COMPLETION, 0, end, 1, "record:" + e.id(), excerpt);
  }

  private Finding finding(Hit hit, Example example, String field) {
    return new Finding(
        example.id(),
        hit.match(),
        example.place(),
        field,
        hit.start(),
        hit.end(),
        hit.score(),
        hit.passage().target(),
        Excerpt.of(of(example, field), hit.start(), hit.end(), options.excerptWidth()));
  }
}
