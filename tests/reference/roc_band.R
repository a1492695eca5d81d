# Values to test bonescint.stats.roc.band against:
#   Rscript tests/reference/roc_band.R      (Debian: r-cran-proc)
# The samples are those of roc.R (roc_cases.csv). Replicates by pROC within each class, their
# limits as Zhou & Qin (2005, Stat Med 24:465, BTI) have them; beside them pROC's own percentiles.
suppressPackageStartupMessages(library(pROC))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
values <- list()
keep <- function(key, value, call) {
  row <- data.frame(key = key, value = sprintf("%.15g", as.numeric(value)), call = call)
  values[[length(values) + 1]] <<- row
}
set.seed(20190601)
at <- c(0.3, 0.5, 0.7, 0.8, 0.9)
d <- read.csv(file.path(here, "roc_cases.csv"))
for (name in c(18, 21)) {
  s <- d[d$set == name, ]
  high <- function(y, a) {
    curve <- roc(y, a, levels = c(0, 1), direction = "<", quiet = TRUE)
    # at a step the highest, as a curve has it
    sapply(at, function(x) max(coords(curve, x, input = "specificity", ret = "sensitivity", transpose = FALSE)))
  }
  yes <- s$a[s$y == 1]
  no <- s$a[s$y == 0]
  y <- rep(c(1, 0), c(length(yes), length(no)))
  drawn <- replicate(5000, high(y, c(sample(yes, replace = TRUE), sample(no, replace = TRUE))))
  z <- qnorm(0.975)
  shrunk <- (length(yes) * drawn + z^2 / 2) / (length(yes) + z^2)
  for (side in c(-1, 1))
    keep(sprintf("band_%s_%s_%g", name, if (side < 0) "low" else "high", at),
         pmin(pmax(rowMeans(shrunk) + side * z * apply(shrunk, 1, sd), 0), 1),
         "Zhou-Qin BTI of 5000 replicates of pROC::coords(roc, input = 'specificity')")
  percentile <- ci.se(roc(s$y, s$a, levels = c(0, 1), direction = "<", quiet = TRUE),
                      specificities = at, boot.n = 10000, progress = "none")
  for (side in c(1, 3))
    keep(sprintf("band_%s_percentile_%s_%g", name, if (side == 1) "low" else "high", at), percentile[, side],
         "pROC::ci.se(roc, specificities = ..., boot.n = 10000)")
}
write.csv(do.call(rbind, values), file.path(here, "roc_band.csv"), row.names = FALSE, quote = c(3))
