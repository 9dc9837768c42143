package palimpsest.engine.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.Keeping;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Denoising;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.train.Course;
import palimpsest.torch.train.Loop;
import palimpsest.torch.train.Optimiser;

/**
 * Pictures are taken out of a training of eight, six steps in three epochs, and what comes of it is
 * held to runs that are set up here, without ledger or folder.
 */
class PictureForgettingTest {
  private static final Replay FROM_CHECKPOINT = new Replay(1);
  private static final Replay FROM_START = new Replay(0);

  @TempDir static Path home;

  private static ImageCorpus corpus;
  private static Path model;
  private static PictureManifest manifest;

  @BeforeAll
  static void train() {
    corpus = Tiny.corpus();
    PictureTraining training =
        Tiny.training(home.resolve("trained"), Keeping.of(1), Console.SILENT);
    model = training.model();
    manifest = training.train(Tiny.SOURCE);
  }

  private static PictureForgetting forgetting(Path of) {
    return new PictureForgetting(of, corpus, 2, Console.SILENT);
  }

  private static Path out(String name) {
    return home.resolve(name);
  }

  /** The weights of a run over some pictures, of which the places of others are empty. */
  private static String weights(List<CaptionedImage> images, Set<String> empty) {
    PictureShape shape = Tiny.RECIPE.shape();
    try (ClipTokenizer words = ClipTokenizer.load(model.resolve("tokenizer"));
        TextToImage fresh = TextToImage.draw(shape.unet(), shape.text(words), words, 5)) {
      List<CaptionedPicture> data =
          images.stream()
              .map(i -> new CaptionedPicture(i.picture().rgb(), 8, 8, words.encode(i.caption())))
              .toList();
      try (Denoising slope = new Denoising(fresh, data, Tiny.RECIPE.denoising())) {
        new Loop(
                Course.shuffled(data, Tiny.RECIPE.descent()),
                i -> empty.contains(images.get(i).id()),
                Tiny.RECIPE.descent(),
                Optimiser.Kind.ADAMW,
                Optional.empty(),
                p -> {},
                () -> false)
            .run(slope);
        slope.average().takeOver();
        return fresh.weights().digest();
      }
    }
  }

  /**
   * The two pictures of the first step's second half: whatever they are, all are met in epoch 1.
   */
  @Test
  void replay_isTheRunWithTheirPlacesEmpty_bitForBit() {
    Set<String> fishes = ids("fish");
    String wanted = weights(corpus.images(), fishes);

    PictureForgetting.Done whole = forgetting(model).replay(fishes, FROM_START, out("from-start"));
    assertThat(whole.manifest().weights()).isEqualTo(wanted).isNotEqualTo(manifest.weights());
    assertThat(whole.steps()).isEqualTo(6);
    assertThat(whole.elsewhere()).isEmpty();
    assertThat(whole.manifest().without()).containsExactlyInAnyOrderElementsOf(fishes);
    assertThat(weights(corpus.images(), Set.of())).isEqualTo(manifest.weights());
    try (PictureModel read = PictureModel.open(out("from-start/model"))) {
      assertThat(read.digest()).isEqualTo(wanted);
    }
  }

  /** The checkpoint after step 1 is kept: a picture that is first met in step 2 leaves step 1. */
  @Test
  void replay_fromACheckpoint_isThatFromTheStart() {
    String late = lastOfTheFirstEpoch();
    PictureForgetting.Done done =
        forgetting(model).replay(Set.of(late), FROM_CHECKPOINT, out("from-checkpoint"));
    assertThat(done.steps()).isEqualTo(5);
    assertThat(done.manifest().weights()).isEqualTo(weights(corpus.images(), Set.of(late)));
  }

  @Test
  void replay_ofAReplay_leavesBothOut() {
    List<String> ids = corpus.images().stream().map(CaptionedImage::id).toList();
    forgetting(model).replay(Set.of(ids.get(0)), FROM_START, out("once"));
    PictureForgetting.Done twice =
        forgetting(out("once/model")).replay(Set.of(ids.get(5)), FROM_START, out("twice"));
    assertThat(twice.manifest().weights())
        .isEqualTo(weights(corpus.images(), Set.of(ids.get(0), ids.get(5))));
    assertThat(twice.manifest().without()).containsExactly(ids.get(0), ids.get(5));
  }

  @Test
  void retrain_isATrainingOnWhatIsLeft_bitForBit() {
    Set<String> fishes = ids("fish");
    PictureForgetting.Done done = forgetting(model).retrain(fishes, out("retrained"));
    List<CaptionedImage> left =
        corpus.images().stream().filter(i -> !fishes.contains(i.id())).toList();
    assertThat(done.manifest().weights()).isEqualTo(weights(left, Set.of()));
    assertThat(done.steps()).isEqualTo(3);
  }

  @Test
  void whatDoesNotFit_isRefused() throws IOException {
    assertThatThrownBy(
            () -> forgetting(model).replay(Set.of("captions.jsonl#9"), FROM_START, out("a")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("captions.jsonl#9");
    Set<String> all = new HashSet<>(corpus.images().stream().map(CaptionedImage::id).toList());
    assertThatThrownBy(() -> forgetting(model).retrain(all, out("b")))
        .hasMessageContaining("nothing is left");
    ImageCorpus others = PictureSource.drawn(2, 4).read(8);
    assertThatThrownBy(
            () ->
                new PictureForgetting(model, others, 2, Console.SILENT)
                    .retrain(Set.of("captions.jsonl#1"), out("c")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("are not those");
    Path altered = out("altered");
    PictureTraining training = Tiny.training(altered, Keeping.NONE, Console.SILENT);
    training.train(corpus);
    Path ledger = altered.resolve("run/ledger.jsonl");
    List<String> lines = Files.readAllLines(ledger);
    Files.write(ledger, lines.subList(0, lines.size() - 1));
    assertThatThrownBy(
            () ->
                forgetting(training.model())
                    .replay(Set.of("captions.jsonl#1"), FROM_START, out("d")))
        .isInstanceOf(CorruptArtifact.class);
    for (String name : List.of("a", "b", "c", "d")) {
      assertThat(out(name)).doesNotExist();
    }
  }

  private static Set<String> ids(String object) {
    return new HashSet<>(
        corpus.only(i -> i.object().equals(Optional.of(object))).images().stream()
            .map(CaptionedImage::id)
            .toList());
  }

  private static String lastOfTheFirstEpoch() {
    try (ClipTokenizer words = ClipTokenizer.load(model.resolve("tokenizer"))) {
      List<CaptionedPicture> data =
          corpus.images().stream()
              .map(i -> new CaptionedPicture(i.picture().rgb(), 8, 8, words.encode(i.caption())))
              .toList();
      int second = Course.shuffled(data, Tiny.RECIPE.descent()).at(2).parts().get(0)[0];
      return corpus.images().get(second).id();
    }
  }
}
