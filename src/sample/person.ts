import type { Random } from './random.ts';

const GIVEN = {
  female: (
    'Ada Aisha Alice Amelia Ana Beatriz Camila Chiara Clara Dana Elena Elif Emma Eva Fatima Freya Grace Hana Helena ' +
    'Ines Ingrid Irene Isabel Jana Joan Julia Karin Katarina Laura Leila Lena Linh Lucia Maja Mara Margaret Maria Mei ' +
    'Mina Miriam Nadia Nina Nora Olga Olivia Paula Priya Rosa Ruth Sara Selma Sofia Tara Teresa Vera Wanda Yuki Zoe'
  ).split(' '),
  male: (
    'Aaron Adam Ahmed Alan Albert Amir Andrei Anton Arjun Ben Carlos Daniel David Diego Dmitri Emil Erik Felix Filip ' +
    'Frank George Hassan Henry Hugo Ivan Jack Jakub James Jan Jonas José Karl Kenji Kofi Lars Leo Liam Louis Luca ' +
    'Marco Martin Mateo Max Milan Noah Oleg Omar Oscar Pablo Paul Peter Rafael Ravi Samuel Simon Tariq Tomás Victor Wei'
  ).split(' '),
} as const;

const FAMILY = (
  'Abbas Adams Ahmad Almeida Andersen Baker Bauer Becker Bell Berg Bianchi Blanc Bogdanov Brandt Brown Campbell Carter ' +
  'Castro Chen Cohen Costa Cruz Dahl Davies Diaz Dubois Eriksen Evans Farouk Ferrari Fischer Fontaine Garcia Gonzalez ' +
  'Gray Gupta Haddad Hall Hansen Hoang Hoffmann Horvat Hughes Ito Ivanova Jansen Jensen Jones Kaya Keller Khan Kim ' +
  'Kowalski Kumar Larsen Laurent Lee Lewis Lindqvist Lopez Marin Martinez Mensah Meyer Miller Moreau Morris Müller ' +
  'Nakamura Nguyen Nielsen Novak Okafor Olsen Ortiz Park Patel Pereira Petrov Popescu Quinn Rahman Ramos Richter Rossi ' +
  "Ruiz Sanders Santos Sato Schmidt Silva Singh Smith Sørensen Suzuki Tanaka Taylor Tóth Vargas Weber Wilson Wolf O'Neil"
).split(' ');

const STREETS = (
  'Ash Beech Birch Bridge Castle Cedar Chapel Church Elm Field Forest Garden Harbour Hazel Hill Lake Lime Maple Market ' +
  'Meadow Mill Oak Orchard Park River Rose School Spring Station Willow'
).split(' ');

const STREET_KINDS = ['Street', 'Road', 'Lane', 'Avenue', 'Court'];

const TOWNS: readonly (readonly [city: string, district: string, postalCode: string])[] = [
  ['Ashbourne', 'North', '10'],
  ['Brookfield', 'North', '12'],
  ['Eastport', 'Coast', '21'],
  ['Fairhaven', 'Coast', '23'],
  ['Glenwood', 'Valley', '34'],
  ['Kingsbridge', 'Valley', '36'],
  ['Lakeview', 'South', '45'],
  ['Milford', 'South', '47'],
  ['Northam', 'North', '15'],
  ['Silverton', 'Coast', '28'],
];

export type Gender = keyof typeof GIVEN;

export interface PersonName {
  readonly family: string;
  readonly given: readonly string[];
}

/** A name; a middle name for every third person. */
export function personName(random: Random, gender: Gender): PersonName {
  const given = [random.pick(GIVEN[gender])];
  if (random.chance(0.33)) given.push(random.pick(GIVEN[gender]));
  return { family: random.pick(FAMILY), given };
}

/** R4 `Address` in a town that does not exist. */
export function address(random: Random) {
  const [city, district, area] = random.pick(TOWNS);
  return {
    use: 'home',
    line: [`${random.integer(1, 240)} ${random.pick(STREETS)} ${random.pick(STREET_KINDS)}`],
    city,
    district,
    postalCode: `${area}${random.digits(3)}`,
    country: 'US',
  };
}

/** R4 `ContactPoint` with a number of the range that is kept free for fiction. */
export function phone(random: Random, use: 'home' | 'mobile' | 'work') {
  return { system: 'phone', value: `555-01${random.digits(2)}-${random.digits(4)}`, use };
}
