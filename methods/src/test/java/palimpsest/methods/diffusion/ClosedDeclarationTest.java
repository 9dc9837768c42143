package palimpsest.methods.diffusion;

import org.junit.jupiter.api.Nested;
import palimpsest.api.Method;
import palimpsest.testkit.DeclarationContract;

/** What the closed forms declare of themselves. */
class ClosedDeclarationTest {

  @Nested
  class OfUce extends DeclarationContract {
    @Override
    protected Method method() {
      return Uce.defaults();
    }
  }

  @Nested
  class OfRece extends DeclarationContract {
    @Override
    protected Method method() {
      return Rece.defaults();
    }
  }

  @Nested
  class OfMaceRefinement extends DeclarationContract {
    @Override
    protected Method method() {
      return MaceRefinement.defaults();
    }
  }
}
