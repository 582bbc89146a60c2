package animo

import "math"

// Normal95 is how many standard deviations 95 % of a normal distribution lie within.
const Normal95 = 1.959964

// Wilson returns the interval that holds the true share of hits in 95 of 100 cases, by Wilson's score (E. B. Wilson, "Probable
// Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927), which holds for few trials and shares near 0
// and 1, too. Without trials it is 0 to 1.
func Wilson(hits, of int) (low, high float64) {
	if of == 0 {
		return 0, 1
	}
	const z = Normal95
	n, p := float64(of), float64(hits)/float64(of)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-half), min(1, middle+half)
}
