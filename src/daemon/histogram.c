/*
 * histogram.c: the bounds of the buckets, and the rows. See histogram.h.
 */
#include "daemon/histogram.h"

#define US	INT64_C(1000)
#define MS	(1000 * US)
#define S	(1000 * MS)

const int64_t histogram_bounds[HISTOGRAM_BUCKETS - 1] = {
	50 * US, 100 * US, 250 * US, 500 * US, 1 * MS, 2500 * US, 5 * MS, 10 * MS, 25 * MS, 50 * MS,
	100 * MS, 250 * MS, 500 * MS, 1 * S, 2500 * MS, 5 * S, 10 * S, 30 * S, 60 * S,
};

const char *const histogram_bound_texts[HISTOGRAM_BUCKETS] = {
	"5e-05", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05",
	"0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "60", "+Inf",
};

const struct histogram_row histogram_rows[HISTOGRAMS] = {
#define HISTOGRAM(name, family, label, value, doc) { #name, #family, label, value, doc },
#include "daemon/histograms.def"
#undef HISTOGRAM
};

int
histogram_bucket(int64_t ns)
{
	int i = 0;

	while (i < HISTOGRAM_BUCKETS - 1 && ns > histogram_bounds[i])
		i++;
	return i;
}
