/** Whether a reference is to a place that content would be loaded from: not within the document, nor beside it. */
export function isElsewhere(reference: string): boolean {
  const place = stripped(reference);
  if (place === '' || place.startsWith('#') || /^data:/i.test(place)) return false;
  return /^(?:[a-z][a-z\d+.-]*:|[/\\])/i.test(place) || /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(place);
}

/** Whether following a reference runs a script, or opens a page that may. */
export const isScriptPlace = (reference: string): boolean =>
  /^(?:javascript|vbscript|livescript|mscript|mocha):|^data:[^,]*(?:text\/html|javascript|ecmascript|application\/xhtml)/i.test(
    stripped(reference),
  );

/** Browsers pass over blanks and controls in front of a scheme, and over line ends and tabs within it. */
const stripped = (reference: string): string =>
  reference.replace(/^[\0-\x20\u00a0\u2028\ufeff]+/, '').replace(/[\t\r\n\0]/g, '');

/** Who publishes declarations of types that programs refer to by custom, and hold copies of. */
const PUBLISHERS =
  /^https?:\/\/(?:[\w-]+\.)*(?:w3\.org|oasis-open\.org|docbook\.org|sun\.com|jcp\.org|apple\.com|apache\.org|hibernate\.org|sourceforge\.net|mybatis\.org|springframework\.org|freedesktop\.org|gnome\.org|kde\.org|gtk\.org|puppycrawl\.com|checkstyle\.org|nih\.gov|tei-c\.org|daisy\.org|idpf\.org|openoffice\.org|musicxml\.org|netscape\.com|xml-cml\.org|opensymphony\.com|eclipse\.org|jboss\.org|googlecode\.com|google\.com|mozilla\.org|wapforum\.org|openmobilealliance\.org|purl\.org|loc\.gov|ibm\.com|oracle\.com|qt\.io|qt-project\.org|debian\.org|gnu\.org|adobe\.com|microsoft\.com|xfree86\.org|x\.org|dita\.org|jetty\.org)(?:\/|$)/i;

/** Whether declarations of a type are loaded from a place that nobody refers to by custom. */
export const isStrangeDoctype = (systemId: string): boolean =>
  isElsewhere(systemId) && !/^urn:/i.test(systemId) && !PUBLISHERS.test(systemId);
