import { useEffect, useState } from "react";
import { asRefused } from "../api/refused";
import { t } from "../words";

interface AgainProps {
  after: number; // seconds until another code can be had
  ask: () => Promise<void>;
}

/** Where a code is asked for again, once it may be; meanwhile it says how long that is. */
export function Again({ after, ask }: AgainProps) {
  const [turn, setTurn] = useState(0);
  return <Waiting key={turn} after={after} isFirst={turn === 0} ask={ask} asked={() => setTurn(turn + 1)} />;
}

interface WaitingProps extends AgainProps {
  isFirst: boolean;
  asked: () => void;
}

function Waiting({ after, isFirst, ask, asked }: WaitingProps) {
  const left = useCountdown(after);
  const [problem, setProblem] = useState("");
  async function again() {
    try {
      await ask();
      asked();
    } catch (reason) {
      setProblem(asRefused(reason).message);
    }
  }
  return (
    <div className="again">
      {problem && (
        <p className="error" role="alert">
          {problem}
        </p>
      )}
      {!isFirst && !problem && (
        <p className="quiet" role="status">
          {t("Another code is on its way.")}
        </p>
      )}
      {left > 0 ? (
        <p className="quiet">{t("You can ask for another code in {seconds} s.", { seconds: left })}</p>
      ) : (
        <button type="button" className="link" onClick={again}>
          {t("Send another code")}
        </button>
      )}
    </div>
  );
}

/** The seconds that are left of so many. */
function useCountdown(seconds: number): number {
  const [until] = useState(() => Date.now() + seconds * 1000);
  const [now, setNow] = useState(() => Date.now());
  const left = Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    if (left === 0) return undefined;
    const timer = setTimeout(() => setNow(Date.now()), 500);
    return () => clearTimeout(timer);
  });
  return left;
}
