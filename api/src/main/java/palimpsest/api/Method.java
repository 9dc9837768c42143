package palimpsest.api;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Something that can be done to make a model forget. An implementation is a record whose components
 * are its hyper-parameters, all of them {@code double}, {@code int} or {@code long}.
 */
public interface Method {

  /** {@code family.name}, the name as the literature has it. */
  String id();

  /** What it can promise; never upgraded later. */
  Guarantee guarantee();

  /** What it does, its formula, its source, its parameters. */
  About about();

  /** The first three of these in one line for people. */
  default String meaning() {
    About a = about();
    return a.what() + ": " + a.formula() + "; " + a.source();
  }

  /** What a reader must not conclude from it. */
  List<String> cannotShow();

  /** The hyper-parameters by name. */
  default Map<String, Double> parameters() {
    Map<String, Double> values = new TreeMap<>();
    for (RecordComponent c : getClass().getRecordComponents()) {
      try {
        values.put(c.getName(), ((Number) c.getAccessor().invoke(this)).doubleValue());
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(e);
      }
    }
    return values;
  }

  /**
   * This method with other hyper-parameters.
   *
   * @param changes new values by name; the others stay
   * @throws InvalidRequest for an unknown name or a value out of range
   */
  default Method with(Map<String, Double> changes) {
    RecordComponent[] components = getClass().getRecordComponents();
    Set<String> known = new TreeSet<>(parameters().keySet());
    for (String name : changes.keySet()) {
      if (!known.contains(name)) {
        String have = known.isEmpty() ? "; it has none" : Suggest.nearest(name, known);
        throw new InvalidRequest(id() + " has no parameter \"" + name + "\"" + have);
      }
    }
    Map<String, Double> values = new TreeMap<>(parameters());
    values.putAll(changes);
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] arguments =
        Arrays.stream(components).map(c -> convert(c, values)).toArray(Object[]::new);
    try {
      return (Method) getClass().getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof PalimpsestException ours) {
        throw new InvalidRequest(id() + ": " + ours.getMessage(), ours);
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private Object convert(RecordComponent component, Map<String, Double> values) {
    double value = values.getOrDefault(component.getName(), Double.NaN);
    if (component.getType() == double.class) {
      return value;
    }
    boolean small = component.getType() == int.class;
    long most = small ? Integer.MAX_VALUE : 1L << 53; // doubles tell whole numbers apart up to 2^53
    if (value != Math.rint(value) || Math.abs(value) > most) {
      throw new InvalidRequest(
          id()
              + ": "
              + component.getName()
              + " must be a whole number of at most "
              + most
              + ", got "
              + value);
    }
    return small ? (Object) (int) value : (Object) (long) value;
  }
}
