/** A hundred stations. */
export const stations = `
  Aarau, Aarburg, Affoltern, Altdorf, Altstätten, Amriswil, Appenzell, Arbon,
  Arosa, Baar, Baden, Basel, Bauma, Bellinzona, Bern, Biasca, Biel,
  Bischofszell, Brig, Brugg, Brunnen, Buchs, Burgdorf, Bülach, Bürglen, Cham,
  Chiasso, Chur, Davos, Delémont, Dietikon, Dübendorf, Einsiedeln, Engelberg,
  Erstfeld, Flawil, Flüelen, Frauenfeld, Fribourg, Frick, Frutigen, Genève,
  Glarus, Goldau, Gossau, Grenchen, Herisau, Hinwil, Horgen, Huttwil, Ilanz,
  Interlaken, Klosters, Konolfingen, Kreuzlingen, Kriens, Landquart,
  Langenthal, Langnau, Lausanne, Lenzburg, Liestal, Locarno, Lugano, Luzern,
  Lyss, Martigny, Meilen, Montreux, Morges, Moutier, Murten, Neuchâtel, Nyon,
  Olten, Payerne, Pfäffikon, Pontresina, Rapperswil, Rheinfelden, Romanshorn,
  Rorschach, Sargans, Schaffhausen, Schwyz, Sierre, Sion, Solothurn, Spiez,
  Stans, Sursee, Thun, Uster, Uzwil, Vevey, Visp, Wil, Winterthur, Zofingen,
  Zug
`
  .trim()
  .split(/,\s+/);
