//! The known word nearest to one that is not known, for "did you mean" hints.

/// The word of `known` that `word` was probably meant to be, if one is near enough.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        // Half the word wrong is a guess that helps nobody.
        .filter(|&(distance, candidate)| {
            distance * 2 <= candidate.len().min(word.len())
                || (word.len() >= 3 && candidate.starts_with(word))
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typing_error_finds_its_word_and_noise_finds_none() {
        let known = ["region", "qualifier", "payload", "log-type"];
        for (word, want) in [
            ("regoin", Some("region")),
            ("qualifer", Some("qualifier")),
            ("paylod", Some("payload")),
            ("logtype", Some("log-type")),
            ("reg", Some("region")),
            ("zzzzzz", None),
            ("x", None),
        ] {
            assert_eq!(nearest(word, known), want, "{word}");
        }
    }
}
