package palimpsest.torch;

import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.checkpoint.Digests;

/**
 * The parameters of a model, in one flat float32 tensor of which each named tensor is a view.
 *
 * <p>One flat store makes the optimiser, the gradient norm, copies and digests a few passes over
 * contiguous memory. Matrices come first, vectors (norm gains) after them, so that weight decay is
 * one prefix. Gradients, where asked for, live in a second flat tensor of the same layout.
 *
 * <p>This is the only owner of tensors across steps; close it to free them.
 */
public final class Weights implements AutoCloseable {
  private final Map<String, long[]> shapes;
  private final Tensor flat; // (P)
  private final Map<String, Tensor> views = new LinkedHashMap<>();
  private final List<Tensor> gradientViews = new ArrayList<>();
  private final long decayed;
  private final boolean partial;
  private Optional<Tensor> gradient = Optional.empty(); // (P) once asked for

  private Weights(Map<String, long[]> shapes) {
    this.shapes = matricesFirst(shapes);
    long size = 0;
    long matrices = 0;
    for (long[] shape : this.shapes.values()) {
      long n = numel(shape);
      size += n;
      matrices += shape.length > 1 ? n : 0;
    }
    decayed = matrices;
    partial = false;
    flat = Scopes.keep(empty(size));
    long at = 0;
    for (Map.Entry<String, long[]> e : this.shapes.entrySet()) {
      views.put(e.getKey(), view(flat, at, e.getValue(), true));
      at += numel(e.getValue());
    }
  }

  /** Those of another whose names begin with a prefix, by what follows it. */
  private Weights(Weights whole, String prefix) {
    this.shapes = new LinkedHashMap<>();
    this.flat = whole.flat;
    this.decayed = whole.decayed;
    this.partial = true;
    whole.views.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            shapes.put(name.substring(prefix.length()), whole.shapes.get(name));
            views.put(name.substring(prefix.length()), tensor);
          }
        });
  }

  /**
   * The parameters whose names begin with a prefix, by what follows it: a model among several that
   * are trained together. They are these very tensors; what is asked of one flat store ({@link
   * #flat}, {@link #gradient}, {@link #assign}) is the whole's to answer, and closing it does
   * nothing.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Weights part(String prefix) {
    Weights part = new Weights(this, prefix);
    if (part.views.isEmpty()) {
      throw new IllegalArgumentException("no parameters under " + prefix);
    }
    return part;
  }

  /** Uninitialised weights of these shapes. */
  public static Weights allocate(Map<String, List<Long>> shapes) {
    Map<String, long[]> arrays = new LinkedHashMap<>();
    shapes.forEach((name, s) -> arrays.put(name, s.stream().mapToLong(l -> l).toArray()));
    return new Weights(arrays);
  }

  /** A copy of these tensors. */
  public static Weights of(Map<String, Tensor> tensors) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Map<String, long[]> shapes = new LinkedHashMap<>();
      tensors.forEach((name, t) -> shapes.put(name, t.sizes().vec().get()));
      Weights w = new Weights(shapes);
      tensors.forEach((name, t) -> w.tensor(name).copy_(t));
      return w;
    }
  }

  /** An independent copy, without gradients. */
  public Weights copy() {
    if (partial) {
      return of(views);
    }
    Weights w = new Weights(shapes);
    w.assign(this);
    return w;
  }

  /** Takes over the values of another of the same layout. */
  public void assign(Weights other) {
    requireWhole();
    other.requireWhole();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      flat.copy_(other.flat);
    }
  }

  /** The parameter of that name: a leaf that records gradients. */
  public Tensor tensor(String name) {
    Tensor t = views.get(name);
    if (t == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return t;
  }

  /** Names to parameters, matrices before vectors. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(views);
  }

  /** All parameters, (P). */
  public Tensor flat() {
    requireWhole();
    return flat;
  }

  private void requireWhole() {
    if (partial) {
      throw new IllegalStateException("a part has no store of its own: ask the whole");
    }
  }

  /** The gradient of all parameters, (P); zero until something is back-propagated. */
  public Tensor gradient() {
    requireWhole();
    return gradient.orElseGet(this::allocateGradient);
  }

  private Tensor allocateGradient() {
    Tensor whole = Scopes.keep(zeros(flat.numel()));
    gradient = Optional.of(whole);
    long at = 0;
    try (PointerScope scope = new PointerScope()) {
      for (Map.Entry<String, long[]> e : shapes.entrySet()) {
        Tensor g = view(whole, at, e.getValue(), false);
        gradientViews.add(g);
        tensor(e.getKey()).mutable_grad().put(g);
        at += numel(e.getValue());
      }
    }
    return whole;
  }

  /** Whether back-propagation reaches these parameters; at first it does. */
  public void recordGradients(boolean on) {
    views.values().forEach(t -> t.set_requires_grad(on));
  }

  /** How many of the leading parameters belong to matrices, which decay. */
  public long decayed() {
    requireWhole();
    return decayed;
  }

  /** How many parameters there are, P. */
  public long count() {
    return shapes.values().stream().mapToLong(Weights::numel).sum();
  }

  /** SHA-256 over names, shapes and little-endian float32 values in name order, hexadecimal. */
  public String digest() {
    return Digests.weights(views);
  }

  @Override
  public void close() {
    if (partial) {
      return;
    }
    List<Tensor> all = new ArrayList<>(views.values());
    all.addAll(gradientViews);
    all.add(flat);
    gradient.ifPresent(all::add);
    all.forEach(Tensor::close);
  }

  private static Tensor view(Tensor whole, long at, long[] shape, boolean leaf) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor t = whole.narrow(0, at, numel(shape)).view(shape).detach();
      t.set_requires_grad(leaf);
      return Scopes.keep(t);
    }
  }

  private static Map<String, long[]> matricesFirst(Map<String, long[]> shapes) {
    Map<String, long[]> ordered = new LinkedHashMap<>();
    shapes.entrySet().stream()
        .sorted(Comparator.comparing(e -> e.getValue().length < 2))
        .forEach(e -> ordered.put(e.getKey(), e.getValue().clone()));
    return ordered;
  }

  private static long numel(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }
}
