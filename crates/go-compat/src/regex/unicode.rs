//! Tells whether Go knows the name between the braces of `\p{…}`.

/// True for the name of a category or a script.
///
/// Case, spaces, `_` and `-` are ignored, as in Go since 1.25. Every name that some version of Go
/// accepts is accepted here: older versions require the right case, and those since 1.25 do not
/// find scripts of two words, such as `Old_Italic`.
pub(super) fn is_class(name: &str) -> bool {
    let name = name.strip_prefix('^').unwrap_or(name);
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    let name: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    match name.as_bytes() {
        [letter] => b"clmnpsz".contains(letter),
        _ => !name.is_empty() && NAMES.split(' ').any(|known| known == name),
    }
}

/// Categories, their other names, and the scripts of Unicode 17.
const NAMES: &str = "\
    adlam ahom anatolianhieroglyphs any arabic armenian ascii assigned avestan balinese \
    bamum bassavah batak bengali beriaerfe bhaiksuki bopomofo brahmi braille buginese buhid \
    canadianaboriginal carian casedletter caucasianalbanian cc cf chakma cham cherokee \
    chorasmian closepunctuation cn cntrl co combiningmark common connectorpunctuation \
    control coptic cs cuneiform currencysymbol cypriot cyprominoan cyrillic dashpunctuation \
    decimalnumber deseret devanagari digit divesakuru dogra duployan egyptianhieroglyphs \
    elbasan elymaic enclosingmark ethiopic finalpunctuation format garay georgian glagolitic \
    gothic grantha greek gujarati gunjalagondi gurmukhi gurungkhema han hangul \
    hanifirohingya hanunoo hatran hebrew hiragana imperialaramaic inherited \
    initialpunctuation inscriptionalpahlavi inscriptionalparthian javanese kaithi kannada \
    katakana kawi kayahli kharoshthi khitansmallscript khmer khojki khudawadi kiratrai lao \
    latin lc lepcha letter letternumber limbu lineara linearb lineseparator lisu ll lm lo \
    lowercaseletter lt lu lycian lydian mahajani makasar malayalam mandaic manichaean \
    marchen mark masaramgondi mathsymbol mc me medefaidrin meeteimayek mendekikakui \
    meroiticcursive meroitichieroglyphs miao mn modi modifierletter modifiersymbol mongolian \
    mro multani myanmar nabataean nagmundari nandinagari nd newa newtailue nko nl no \
    nonspacingmark number nushu nyiakengpuachuehmong ogham olchiki oldhungarian olditalic \
    oldnortharabian oldpermic oldpersian oldsogdian oldsoutharabian oldturkic olduyghur \
    olonal openpunctuation oriya osage osmanya other otherletter othernumber \
    otherpunctuation othersymbol pahawhhmong palmyrene paragraphseparator paucinhau pc pd pe \
    pf phagspa phoenician pi po privateuse ps psalterpahlavi punct punctuation rejang runic \
    samaritan saurashtra sc separator sharada shavian siddham sidetic signwriting sinhala sk \
    sm so sogdian sorasompeng soyombo spaceseparator spacingmark sundanese sunuwar surrogate \
    sylotinagri symbol syriac tagalog tagbanwa taile taitham taiviet taiyo takri tamil \
    tangsa tangut telugu thaana thai tibetan tifinagh tirhuta titlecaseletter todhri \
    tolongsiki toto tulutigalari ugaritic unassigned uppercaseletter vai vithkuqi wancho \
    warangciti yezidi yi zanabazarsquare zl zp zs";
