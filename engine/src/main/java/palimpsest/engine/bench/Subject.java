package palimpsest.engine.bench;

import java.nio.file.Path;
import java.util.Optional;
import palimpsest.api.Recipe;
import palimpsest.engine.Training;
import palimpsest.torch.text.PromptTemplate;

/**
 * The model that is made to forget, and the one that never knew.
 *
 * @param model folder of a given model; without it one is trained on the corpus
 * @param reference folder of a model that never saw the data; without it one is retrained, where
 *     the model was trained by this software
 * @param shape of a model that is trained
 * @param recipe of its training
 * @param template how examples become tokens
 * @param checkpointEvery steps between checkpoints, of all runs
 */
public record Subject(
    Optional<Path> model,
    Optional<Path> reference,
    Training.Shape shape,
    Recipe recipe,
    PromptTemplate.Kind template,
    int checkpointEvery) {}
