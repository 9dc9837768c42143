package palimpsest.methods.diffusion.descent;

import org.junit.jupiter.api.Nested;
import palimpsest.api.Method;
import palimpsest.testkit.DeclarationContract;

/** What the descents declare of themselves. */
class DescentDeclarationTest {

  @Nested
  class OfEsd extends DeclarationContract {
    @Override
    protected Method method() {
      return Esd.defaults();
    }
  }

  @Nested
  class OfConceptAblation extends DeclarationContract {
    @Override
    protected Method method() {
      return ConceptAblation.defaults();
    }
  }

  @Nested
  class OfSalUn extends DeclarationContract {
    @Override
    protected Method method() {
      return SalUn.defaults();
    }
  }

  @Nested
  class OfSpm extends DeclarationContract {
    @Override
    protected Method method() {
      return Spm.defaults();
    }
  }

  @Nested
  class OfEraseDiff extends DeclarationContract {
    @Override
    protected Method method() {
      return EraseDiff.defaults();
    }
  }

  @Nested
  class OfSelectiveAmnesia extends DeclarationContract {
    @Override
    protected Method method() {
      return SelectiveAmnesia.defaults();
    }
  }

  @Nested
  class OfAdvUnlearn extends DeclarationContract {
    @Override
    protected Method method() {
      return AdvUnlearn.defaults();
    }
  }
}
