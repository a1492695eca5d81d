# Values to test the bridge over the reference analysis against, by R's own t.test:
#   Rscript tests/reference/bridge.R
# The data are simulated (R, seed 20190601): two products on other patients, one yardstick on both.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
set.seed(20190601)
values <- data.frame()
keep <- function(key, value, call) {
  row <- data.frame(key = key, value = sprintf("%.15g", as.numeric(value)), call = call)
  values <<- rbind(values, row)
}
n <- c(MDP = 23, HMDP = 31)
cases <- data.frame(tracer = rep(names(n), n), truth = rbinom(sum(n), 1, 0.5))
cases$yardstick <- round(pmax(0, rnorm(nrow(cases), cases$truth, 0.5)), 2)
cases$product <- round(pmax(0, cases$yardstick * ifelse(cases$tracer == "MDP", 1.3, 0.9) +
                              rnorm(nrow(cases), 0.2, 0.3)), 2)
write.csv(cases, file.path(here, "bridge_cases.csv"), row.names = FALSE, quote = FALSE)
ends <- c("", "_low", "_high")
offset <- 0.1
of <- split(cases, cases$tracer)
gap <- lapply(of, function(d) d$product - d$yardstick)
ratio <- lapply(of, function(d) log(d$product + offset) - log(d$yardstick + offset))
for (tracer in names(n)) {
  one <- t.test(gap[[tracer]])
  keep(paste0("bridge_", tracer, ends), c(one$estimate, one$conf.int), "t.test(product - yardstick)")
  one <- t.test(ratio[[tracer]])
  keep(paste0("bridge_ratio_", tracer, ends), exp(c(one$estimate, one$conf.int)),
       "exp(t.test(log((product + 0.1) / (yardstick + 0.1))))")
}
both <- t.test(gap$MDP, gap$HMDP)
keep(paste0("bridge_difference", ends), c(-diff(both$estimate), both$conf.int),
     "t.test(product - yardstick of MDP, of HMDP): Welch")
keep("bridge_difference_df", both$parameter, "t.test: Satterthwaite")
both <- t.test(ratio$MDP, ratio$HMDP)
keep(paste0("bridge_ratio", ends), exp(c(-diff(both$estimate), both$conf.int)), "the same of logarithms")
free <- lapply(of, function(d) d$yardstick[d$truth == 0])
both <- t.test(free$MDP, free$HMDP)
keep(paste0("bridge_shift", ends), c(-diff(both$estimate), both$conf.int),
     "t.test(yardstick without metastasis of MDP, of HMDP)")
write.csv(values, file.path(here, "bridge.csv"), row.names = FALSE)
