import fc from 'fast-check';

// The same samples for every mutant, so that a score can be compared; and no search for the smallest counterexample.
fc.configureGlobal({ seed: 20_260_101, endOnFailure: true });
