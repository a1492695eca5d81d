# Values to test bonescint.stats.case_sets and Samples.of(with_failed = True) against:
#   Rscript tests/reference/failed.R      (Debian: r-cran-proc)
# Of each sample of roc_cases.csv every seventh case failed in a, every fifth from the second on in
# b. A failed case with metastasis gets a score below all, one without a score above all.
suppressPackageStartupMessages(library(pROC))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
values <- list()
keep <- function(key, value, call) {
  row <- data.frame(key = key, value = sprintf("%.15g", as.numeric(value)), call = call)
  values[[length(values) + 1]] <<- row
}
worst <- function(y, s, failed) {
  ifelse(failed, ifelse(y == 1, min(s) - 1, max(s) + 1), s)
}
d <- read.csv(file.path(here, "roc_cases.csv"))
for (name in unique(d$set)) {
  s <- d[d$set == name, ]
  i <- seq_len(nrow(s)) - 1
  rocs <- lapply(list(worst(s$y, s$a, i %% 7 == 0), worst(s$y, s$b, i %% 5 == 1)),
                 function(x) roc(s$y, x, levels = c(0, 1), direction = "<", quiet = TRUE))
  key <- function(what) paste0("failed_", name, "_", what)
  keep(key(c("auc_a", "auc_b")), sapply(rocs, auc), "pROC::auc(roc(y, worst(y, a or b, failed)))")
  found <- suppressWarnings(roc.test(rocs[[1]], rocs[[2]], method = "delong", paired = TRUE))
  keep(key(c("z", "p", "low", "high")), c(found$statistic, found$p.value, found$conf.int),
       "pROC::roc.test(a, b, paired = TRUE) of the imputed scores")
}
write.csv(do.call(rbind, values), file.path(here, "failed.csv"), row.names = FALSE, quote = c(3))
